import { valueTitle } from '../drawing/axis-texts.js';
import type { Chart } from '../drawing/chart.js';
import { drawChart } from '../drawing/draw-chart.js';
import { isStretched, stretchText } from '../drawing/level-chart/level-axis.js';
import { pagePalette } from '../drawing/palette.js';
import { chartTable } from '../tables/chart-table.js';
import { legendHtml } from './legend-html.js';
import { escapeMarkup } from './markup.js';
import { tableHtml } from './table-html.js';

/** Wide enough for the paper; on a wider screen it grows. */
const stillWidth = 760;

/**
 * A chart as the page has it: the legend, the drawing without scripts (which print has too), the points as a table, and how
 * they were measured.
 */
export function figureHtml(chart: Chart, { heading, caption }: { heading: string; caption: string }): string {
  const drawing = drawChart(chart, { palette: pagePalette, width: stillWidth, framed: false });
  const title = chart.title === heading ? '' : `<h3>${escapeMarkup(chart.title)}</h3>\n`;
  const levels = chart.panels.flatMap(({ lines }) =>
    lines.flatMap(({ points }) => points.map(({ place }) => place)),
  );
  const stretch =
    !chart.plane && isStretched(levels) ? ` Shaded, levels ${stretchText.replace(':', ' are')}.` : '';
  const about = `${chart.valueLabel}: ${chart.reading}.${stretch}`;
  return `<figure id="${chart.id}" aria-label="${escapeMarkup(chart.title)}">
${title}<p class="reading">${escapeMarkup(about)}</p>
${legendHtml(chart)}
<div class="plot"><div class="still" tabindex="0" role="region" aria-label="${escapeMarkup(chart.title)}">${drawing}</div></div>
<details><summary>The chart as a table</summary>
${tableHtml(chartTable(chart), { name: `${chart.title}, the chart as a table`, caption: valueTitle(chart) })}
</details>
${caption && `<figcaption>${escapeMarkup(caption)}</figcaption>`}
</figure>`;
}
