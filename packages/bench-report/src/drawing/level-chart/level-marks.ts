import type { Chart } from '../chart.js';
import type { Drawing } from '../drawing.js';
import { halo } from '../line-style.js';
import { stretchText, type LevelAxis } from './level-axis.js';

/** The shading of the stretched part of the axis and the reference line, on a series that no legend switches off. */
export function levelMarks(
  chart: Chart,
  panel: number,
  axis: LevelAxis,
  { palette, framed }: Drawing,
): object {
  const isFirst = panel === 0;
  const tint = axis.stretchedFrom !== undefined && {
    markArea: {
      silent: true,
      // Under the grid lines.
      z: -1,
      itemStyle: { color: palette.tint },
      label: {
        show: framed && chart.panels.length === 1,
        position: 'insideTopLeft',
        color: palette.muted,
        fontSize: 12,
      },
      data: [[{ name: stretchText, xAxis: axis.stretchedFrom }, { xAxis: axis.length }]],
    },
  };
  const reference = chart.reference && {
    markLine: {
      silent: true,
      // echarts rounds the line's value to two decimals by default.
      precision: 12,
      symbol: 'none',
      lineStyle: { color: palette.muted, type: [2, 3], width: 1.2 },
      label: {
        show: isFirst,
        position: endsBelow(chart, chart.reference.value) ? 'insideEndTop' : 'insideEndBottom',
        color: palette.muted,
        fontSize: 12,
        ...halo(palette),
        formatter: chart.reference.label,
      },
      data: [{ yAxis: chart.reference.value }],
    },
  };
  return {
    type: 'line',
    silent: true,
    data: [],
    xAxisIndex: panel,
    yAxisIndex: panel,
    ...(tint || {}),
    ...(reference || {}),
  };
}

/** Whether the lines end below a value, so that a label above it does not overlap them. */
function endsBelow(chart: Chart, value: number): boolean {
  const ends = chart.panels.flatMap(({ lines }) => lines.map(({ points }) => points.at(-1)?.value ?? value));
  return ends.reduce((sum, end) => sum + end - value, 0) <= 0;
}
