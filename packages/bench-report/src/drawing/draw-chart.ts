import { init, type EChartsCoreOption } from 'echarts';
import type { Chart, Line } from './chart.js';
import { drawPlane } from './draw-plane.js';
import { fontFamily, lineStyleOf } from './line-style.js';
import { levelAxis, type LevelAxis } from './level-axis.js';
import type { Palette } from './palette.js';
import { finishSvg } from './finish-svg.js';

const width = 960;
const rowHeight = 320;
// Space around the panels, in pixels.
const margin = { top: 112, right: 28, bottom: 56, left: 64, betweenColumns: 36, betweenRows: 76 };

/** Draws a chart as SVG text; the same input gives the same output. */
export function drawChart(chart: Chart, palette: Palette): string {
  if (chart.plane) return drawPlane(chart, chart.plane, palette);
  const columns = Math.min(chart.panels.length, 3);
  const rows = Math.ceil(chart.panels.length / columns);
  const top = margin.top + 24 * (legendRows(chart) - 1);
  const height = top + rows * rowHeight + (rows - 1) * margin.betweenRows + margin.bottom;
  const levels = chart.panels.flatMap(({ lines }) =>
    lines.flatMap(({ points }) => points.map(([level]) => level)),
  );
  const axis = levelAxis({ levels, labels: columns === 1 ? 'each' : 'few' });
  const panelWidth = (width - margin.left - margin.right - (columns - 1) * margin.betweenColumns) / columns;

  const places = chart.panels.map((_, index) => ({
    left: margin.left + (index % columns) * (panelWidth + margin.betweenColumns),
    top: top + Math.floor(index / columns) * (rowHeight + margin.betweenRows),
  }));
  const surface = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    surface.setOption({
      animation: false,
      backgroundColor: palette.background,
      color: [...palette.lines],
      textStyle: { fontFamily, color: palette.muted },
      title: titles(chart, places, panelWidth, palette),
      legend: legend(chart, palette),
      grid: places.map((place) => ({
        ...place,
        width: panelWidth,
        height: rowHeight,
        outerBoundsMode: 'none',
      })),
      xAxis: chart.panels.map((_, index) => xAxis(chart, axis, index, columns, palette)),
      yAxis: chart.panels.map((_, index) => yAxis(chart, index, columns, palette)),
      series: chart.panels.flatMap(({ lines }, panel) =>
        lines.map((line, index) => ({
          ...lineSeries(line, panel, axis, palette),
          ...(index === 0 ? panelMarks(chart, panel, axis, palette) : {}),
        })),
      ),
    } satisfies EChartsCoreOption);
    return finishSvg(surface.renderToSVGString(), chart);
  } finally {
    surface.dispose();
  }
}

function titles(
  chart: Chart,
  places: readonly { left: number; top: number }[],
  panelWidth: number,
  palette: Palette,
): object[] {
  const panelTitles = chart.panels.flatMap(({ title }, index) =>
    title === undefined
      ? []
      : [
          {
            text: title,
            left: places[index]!.left + panelWidth / 2,
            top: places[index]!.top - 30,
            textAlign: 'center',
            textStyle: { fontSize: 13, fontWeight: 600, color: palette.ink },
          },
        ],
  );
  return [
    {
      text: chart.title,
      subtext: chart.valueLabel,
      left: 14,
      top: 8,
      itemGap: 8,
      textStyle: { fontSize: 17, fontWeight: 600, color: palette.ink },
      subtextStyle: { fontSize: 13, color: palette.muted },
    },
    ...panelTitles,
  ];
}

/** The names of the lines, each once. */
function lineNames(chart: Chart): string[] {
  return [...new Set(chart.panels.flatMap(({ lines }) => lines.map(({ name }) => name)))];
}

/** About how many rows the legend takes: a name has a mark and a gap, and letters of some 7 pixels. */
function legendRows(chart: Chart): number {
  const widths = lineNames(chart).map((name) => 34 + 22 + 7 * name.length);
  return Math.ceil(widths.reduce((sum, each) => sum + each, 0) / (width - 28));
}

function legend(chart: Chart, palette: Palette): object {
  return {
    data: lineNames(chart),
    left: 14,
    top: 58,
    itemGap: 22,
    itemWidth: 34,
    itemHeight: 9,
    selectedMode: false,
    textStyle: { fontSize: 13, color: palette.ink },
  };
}

function xAxis(
  { levelLabel = 'Sparsity level (fraction of the blocks pruned)' }: Chart,
  axis: LevelAxis,
  gridIndex: number,
  columns: number,
  palette: Palette,
): object {
  return {
    gridIndex,
    type: 'value',
    min: 0,
    max: axis.length,
    name: columns === 1 ? levelLabel : 'Sparsity level',
    nameLocation: 'middle',
    nameGap: 34,
    nameTextStyle: { fontSize: 13, color: palette.muted },
    axisLine: { show: true, onZero: false, lineStyle: { color: palette.muted } },
    axisTick: { show: true, customValues: [...axis.ticks], lineStyle: { color: palette.muted } },
    axisLabel: {
      customValues: [...axis.ticks],
      formatter: axis.label,
      fontSize: 12,
      color: palette.muted,
      margin: 9,
    },
    splitLine: { show: false },
  };
}

function yAxis(chart: Chart, gridIndex: number, columns: number, palette: Palette): object {
  const values = chart.panels.flatMap(({ lines }) =>
    lines.flatMap(({ points }) => points.map(([, value]) => value)),
  );
  // Panels share one scale, so that they can be compared.
  const shared = chart.panels.length > 1 && !chart.logarithmic ? sharedScale(chart, values) : {};
  return {
    gridIndex,
    ...(chart.logarithmic ? logarithmicScale(values) : { type: 'value' }),
    scale: !chart.fromZero,
    ...(chart.fromZero ? { min: 0 } : {}),
    ...shared,
    axisLabel: { show: gridIndex % columns === 0, fontSize: 12, color: palette.muted },
    splitLine: { lineStyle: { color: palette.faint } },
  };
}

/** A logarithmic axis over whole powers of ten, with a number at each of them. */
function logarithmicScale(values: readonly number[]): object {
  return {
    type: 'log',
    min: 10 ** Math.floor(Math.log10(Math.min(...values))),
    max: 10 ** Math.ceil(Math.log10(Math.max(...values))),
    minorTick: { show: true },
  };
}

/** Both ends of the axis of a chart with several panels, a little beyond the values where it does not start at zero. */
function sharedScale(
  { fromZero, reference }: Chart,
  values: readonly number[],
): { min?: number; max: number } {
  if (fromZero) return { max: niceCeiling(Math.max(...values)) };
  const all = reference ? [...values, reference.value] : values;
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const step = niceCeiling((most - least) / 5 || Math.abs(most) / 5);
  return { min: round(Math.floor(least / step) * step), max: round(Math.ceil(most / step) * step) };
}

/** Without the last digits, which adding up steps leaves. */
function round(value: number): number {
  return Number(value.toPrecision(12));
}

/** The smallest of 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten that is at least `value`. */
function niceCeiling(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8].find((factor) => factor * power >= value) ?? 10);
}

function lineSeries(line: Line, panel: number, axis: LevelAxis, palette: Palette): object {
  return {
    type: 'line',
    name: line.name,
    xAxisIndex: panel,
    yAxisIndex: panel,
    clip: false,
    data: line.points.map(([level, value]) => [axis.position(level), value]),
    ...lineStyleOf(line, palette),
  };
}

/** The shading of the stretched part of the axis, and the reference line; drawn with a panel's first series. */
function panelMarks(chart: Chart, panel: number, axis: LevelAxis, palette: Palette): object {
  const isFirst = panel === 0;
  const tint = axis.stretchedFrom !== undefined && {
    markArea: {
      silent: true,
      // Under the grid lines.
      z: -1,
      itemStyle: { color: palette.tint },
      label: {
        show: chart.panels.length === 1,
        position: 'insideTopLeft',
        color: palette.muted,
        fontSize: 12,
      },
      data: [
        [{ name: '0.9 to 1: drawn ten times wider', xAxis: axis.stretchedFrom }, { xAxis: axis.length }],
      ],
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
        formatter: chart.reference.label,
      },
      data: [{ yAxis: chart.reference.value }],
    },
  };
  return { ...(tint || {}), ...(reference || {}) };
}

/** Whether the lines end below a value, so that a label above it does not overlap them. */
function endsBelow(chart: Chart, value: number): boolean {
  const ends = chart.panels.flatMap(({ lines }) => lines.map(({ points }) => points.at(-1)?.[1] ?? value));
  return ends.reduce((sum, end) => sum + end - value, 0) <= 0;
}
