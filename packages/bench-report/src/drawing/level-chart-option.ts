import { levelTitle, valueTitle } from './axis-texts.js';
import { chartFrame } from './chart-frame.js';
import type { Chart, Line } from './chart.js';
import { scaledLines, shownPanels, type DrawnChart, type Drawing } from './drawing.js';
import { levelAxis, stretchText, type LevelAxis } from './level-axis.js';
import { fontFamily, halo, lineStyleOf } from './line-style.js';
import type { Palette } from './palette.js';
import { decades, roundScale } from './scales.js';
import { whiskers } from './whiskers.js';

// Pixels around the panels and between them.
const margin = { top: 14, right: 20, bottom: 56, betweenColumns: 32, betweenRows: 94 };
// Of the title of the value axis, with the gap to its numbers; and of a digit.
const valueTitleWidth = 38;
const digitWidth = 7;
const panelTitleHeight = 26;
const leastPanelWidth = 230;
/** From this width on, every level of the benchmark has a number on the axis. */
const widthForEachLevel = 560;

/** Where the panels lie, in pixels. */
interface Layout {
  columns: number;
  panel: { width: number; height: number };
  /** Of the numbers of the value axis. */
  numbersWidth: number;
  places: { left: number; top: number }[];
  height: number;
}

/** A chart over the sparsity level: its panels in as many columns as the width allows, three at most. */
export function levelChartOption(chart: Chart, drawing: Drawing): DrawnChart {
  const { palette, width, framed } = drawing;
  const frame = framed ? chartFrame(chart, palette, width) : undefined;
  const lines = scaledLines(chart, drawing);
  const layout = layoutOf(chart, lines, drawing, frame?.height ?? 0);
  const { panel, places, height } = layout;
  const axis = levelAxis({
    levels: chart.panels.flatMap(({ lines }) =>
      lines.flatMap(({ points }) => points.map(({ place }) => place)),
    ),
    labels: panel.width >= widthForEachLevel ? 'each' : 'few',
  });
  return {
    height,
    option: {
      animation: false,
      backgroundColor: palette.background,
      textStyle: { fontFamily, color: palette.muted },
      title: [...(frame ? [frame.title] : []), ...panelTitles(chart, layout, palette)],
      ...(frame && { legend: frame.legend }),
      grid: places.map((place) => ({ ...place, ...panel, outerBoundsMode: 'none' })),
      xAxis: places.map((_, index) => xAxis(chart, axis, index, layout, palette)),
      yAxis: places.map((_, index) => yAxis(chart, lines, index, layout, palette)),
      series: shownPanels(chart, drawing).flatMap(({ lines }, index) => [
        marksSeries(chart, index, axis, drawing),
        ...lines.map((line) => lineSeries(line, index, axis, palette)),
      ]),
    },
  };
}

function layoutOf(chart: Chart, lines: readonly Line[], { width }: Drawing, frameHeight: number): Layout {
  const { panels } = chart;
  const numbersWidth = digitWidth * longestNumber(chart, lines);
  const marginLeft = valueTitleWidth + numbersWidth;
  const inside = width - marginLeft - margin.right;
  const fitting = Math.floor((inside + margin.betweenColumns) / (leastPanelWidth + margin.betweenColumns));
  const columns = Math.max(1, Math.min(panels.length, 3, fitting));
  const rows = Math.ceil(panels.length / columns);
  const panel = {
    width: (inside - (columns - 1) * margin.betweenColumns) / columns,
    height: width < widthForEachLevel ? 240 : 320,
  };
  const hasTitles = panels.some(({ title }) => title !== undefined);
  const top = frameHeight + margin.top + (hasTitles ? panelTitleHeight : 0);
  return {
    columns,
    panel,
    numbersWidth,
    places: panels.map((_, index) => ({
      left: marginLeft + (index % columns) * (panel.width + margin.betweenColumns),
      top: top + Math.floor(index / columns) * (panel.height + margin.betweenRows),
    })),
    height: top + rows * panel.height + (rows - 1) * margin.betweenRows + margin.bottom,
  };
}

function panelTitles({ panels }: Chart, { places, panel }: Layout, palette: Palette): object[] {
  return panels.flatMap(({ title }, index) => {
    if (title === undefined) return [];
    const { left, top } = places[index]!;
    return [
      {
        text: title,
        left: left + panel.width / 2,
        top: top - panelTitleHeight,
        padding: 0,
        textAlign: 'center',
        textStyle: {
          fontSize: 13,
          fontWeight: 600,
          color: palette.ink,
          width: panel.width,
          overflow: 'truncate',
        },
      },
    ];
  });
}

function xAxis(
  chart: Chart,
  axis: LevelAxis,
  gridIndex: number,
  { columns, panel }: Layout,
  palette: Palette,
): object {
  return {
    gridIndex,
    type: 'value',
    min: 0,
    max: axis.length,
    name: columns === 1 && panel.width >= 300 ? levelTitle(chart) : 'Sparsity level',
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

function yAxis(
  chart: Chart,
  lines: readonly Line[],
  gridIndex: number,
  { columns, numbersWidth }: Layout,
  palette: Palette,
): object {
  const points = lines.flatMap((line) => line.points);
  const values = points.flatMap(({ value, spread = [] }) => [value, ...spread]);
  const isLeft = gridIndex % columns === 0;
  return {
    gridIndex,
    type: chart.logarithmic ? 'log' : 'value',
    scale: !chart.fromZero,
    ...(chart.fromZero ? { min: 0 } : {}),
    ...scaleOf(
      chart,
      values,
      points.some(({ spread }) => spread),
    ),
    ...(chart.logarithmic ? { minorTick: { show: true } } : {}),
    ...(isLeft
      ? {
          name: valueTitle(chart),
          nameLocation: 'middle',
          nameGap: numbersWidth + 12,
          nameTextStyle: { fontSize: 13, color: palette.muted },
        }
      : {}),
    axisLabel: { show: isLeft, fontSize: 12, color: palette.muted },
    splitLine: { lineStyle: { color: palette.faint } },
  };
}

/** The ends of the value axis, where echarts does not see all that is to fit: other panels, and whiskers. */
function scaleOf(chart: Chart, values: readonly number[], hasSpread: boolean): object {
  if (chart.logarithmic) return decades(values);
  if (chart.panels.length === 1 && !hasSpread) return {};
  return roundScale(chart.reference && !chart.fromZero ? [...values, chart.reference.value] : values, chart);
}

function lineSeries(line: Line, panel: number, axis: LevelAxis, palette: Palette): object {
  return {
    type: 'line',
    name: line.name,
    xAxisIndex: panel,
    yAxisIndex: panel,
    clip: false,
    data: line.points.map(({ place, value, detail }) => ({
      value: [axis.position(place), value],
      level: place,
      detail,
    })),
    ...lineStyleOf(line, palette),
    ...whiskers(line, palette, axis.position),
  };
}

/** The shading of the stretched part of the axis and the reference line, on a series that no legend switches off. */
function marksSeries(chart: Chart, panel: number, axis: LevelAxis, { palette, framed }: Drawing): object {
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

/** Digits of the longest number that echarts is likely to put on the value axis. */
function longestNumber(chart: Chart, lines: readonly Line[]): number {
  const values = lines.flatMap(({ points }) => points.map(({ value }) => value));
  if (chart.logarithmic) return 5;
  const { min = 0, max } = roundScale(values, chart);
  // Between the ends are about five steps, which may have a digit more.
  const step = (max - min) / 5;
  return Math.max(4, ...[min, max, min + step].map((at) => String(Number(at.toPrecision(6))).length + 1));
}

/** Whether the lines end below a value, so that a label above it does not overlap them. */
function endsBelow(chart: Chart, value: number): boolean {
  const ends = chart.panels.flatMap(({ lines }) => lines.map(({ points }) => points.at(-1)?.value ?? value));
  return ends.reduce((sum, end) => sum + end - value, 0) <= 0;
}
