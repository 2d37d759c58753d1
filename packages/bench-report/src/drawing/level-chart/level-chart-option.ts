import { levelTitle, valueTitle } from '../axis-texts.js';
import { chartFrame } from '../chart-frame.js';
import type { Chart, Line } from '../chart.js';
import { scaledLines, shownPanels, type DrawnChart, type Drawing } from '../drawing.js';
import { fontFamily, lineStyleOf } from '../line-style.js';
import type { Palette } from '../palette.js';
import { decades, roundScale } from '../scales.js';
import { levelAxis, type LevelAxis } from './level-axis.js';
import { levelMarks } from './level-marks.js';
import { panelLayout, panelTitleHeight, widthForEachLevel, type PanelLayout } from './panel-layout.js';
import { whiskers } from './whiskers.js';

/** A chart over the sparsity level: its panels in as many columns as the width allows, three at most. */
export function levelChartOption(chart: Chart, drawing: Drawing): DrawnChart {
  const { palette, width, framed } = drawing;
  const frame = framed ? chartFrame(chart, palette, width) : undefined;
  const lines = scaledLines(chart, drawing);
  const layout = panelLayout(chart, lines, drawing, frame?.height ?? 0);
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
        levelMarks(chart, index, axis, drawing),
        ...lines.map((line) => lineSeries(line, index, axis, palette)),
      ]),
    },
  };
}

function panelTitles({ panels }: Chart, { places, panel }: PanelLayout, palette: Palette): object[] {
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
  { columns, panel }: PanelLayout,
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
  { columns, numbersWidth }: PanelLayout,
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
    data: line.points.map(({ place, value, details }) => ({
      value: [axis.position(place), value],
      level: place,
      details,
    })),
    ...lineStyleOf(line, palette),
    ...whiskers(line, palette, axis.position),
  };
}
