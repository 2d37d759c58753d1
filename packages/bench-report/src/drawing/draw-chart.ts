import { init } from 'echarts';
import type { Chart } from './chart.js';
import { chartOption } from './chart-option.js';
import type { Drawing } from './drawing.js';
import { finishSvg } from './finish-svg.js';

/** Draws a chart as the text of an SVG; the same input gives the same text. */
export function drawChart(chart: Chart, drawing: Drawing): string {
  const { option, height } = chartOption(chart, drawing);
  const surface = init(null, null, { renderer: 'svg', ssr: true, width: drawing.width, height });
  try {
    surface.setOption(option);
    return finishSvg(surface.renderToSVGString(), chart);
  } finally {
    surface.dispose();
  }
}
