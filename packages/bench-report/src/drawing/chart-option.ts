import type { Chart } from './chart.js';
import type { DrawnChart, Drawing } from './drawing.js';
import { levelChartOption } from './level-chart/level-chart-option.js';
import { planeOption } from './plane-option.js';

/** A chart as echarts takes it; the same input gives the same option. */
export function chartOption(chart: Chart, drawing: Drawing): DrawnChart {
  return chart.plane ? planeOption(chart, chart.plane, drawing) : levelChartOption(chart, drawing);
}
