import type { Chart } from '../../drawing/chart.js';
import { chartOption } from '../../drawing/chart-option.js';
import { pagePalette } from '../../drawing/palette.js';
import { init } from './echarts.js';
import { legendButtons } from './legend-buttons.js';
import { tooltipOf } from './tooltip.js';

/** Draws every chart of the page for the width it has, with tooltips, and makes its legend switch lines on and off. */
export function exploreCharts(): void {
  const charts = JSON.parse(document.getElementById('charts')!.textContent!) as Chart[];
  for (const chart of charts) exploreChart(document.getElementById(chart.id)!, chart);
}

function exploreChart(figure: HTMLElement, chart: Chart): void {
  const plot = figure.querySelector<HTMLElement>('.plot')!;
  const live = document.createElement('div');
  live.className = 'live';
  live.setAttribute('role', 'img');
  live.setAttribute('aria-label', `${chart.title}. ${chart.description}`);
  plot.append(live);
  figure.classList.add('explored');

  const hidden = new Set<string>();
  const surface = init(live, null, { renderer: 'svg', width: plot.clientWidth, height: 1 });
  let width = 0;
  const draw = () => {
    // The colours are CSS variables: a change of theme needs no drawing.
    const { option, height } = chartOption(chart, { palette: pagePalette, width, framed: false, hidden });
    live.style.height = `${height}px`;
    surface.resize({ width, height });
    surface.setOption({ ...option, tooltip: tooltipOf(chart) }, { notMerge: true });
  };
  // Reports the first width too; none while the chart is not displayed, as in print.
  new ResizeObserver(() => {
    if (plot.clientWidth === width || live.offsetParent === null) return;
    width = plot.clientWidth;
    draw();
  }).observe(plot);
  legendButtons(figure, {
    hidden,
    onChange: draw,
    onPoint: (seriesName) => surface.dispatchAction({ type: 'highlight', seriesName }),
    onLeave: (seriesName) => surface.dispatchAction({ type: 'downplay', seriesName }),
  });
}
