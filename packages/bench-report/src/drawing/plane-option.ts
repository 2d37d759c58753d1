import { formatBytes, valueTitle } from './axis-texts.js';
import { chartFrame } from './chart-frame.js';
import type { Chart, Plane } from './chart.js';
import { scaledLines, shownPanels, type DrawnChart, type Drawing } from './drawing.js';
import { fontFamily, halo, lineStyleOf } from './line-style.js';
import type { Palette } from './palette.js';
import { decades } from './scales.js';

const margin = { top: 16, right: 24, bottom: 58, left: 74 };
const narrow = 560;
// About a letter of a label.
const letterWidth = 7.5;
/** What does not fade while a line is pointed at. */
const opaque = { itemStyle: { opacity: 1 }, lineStyle: { opacity: 1 }, label: { opacity: 1 } };

/** A chart over two logarithmic axes: bytes to the right, losses with the least on top. */
export function planeOption(chart: Chart, plane: Plane, drawing: Drawing): DrawnChart {
  const { palette, width, framed } = drawing;
  const frame = framed ? chartFrame(chart, palette, width) : undefined;
  const top = (frame?.height ?? 0) + margin.top;
  const isNarrow = width < narrow;
  const plot = { width: width - margin.left - margin.right, height: isNarrow ? 330 : 420 };
  const points = scaledLines(chart, drawing).flatMap((line) => line.points);
  const places = decades(points.map(({ place }) => place));
  const losses = decades([...points.map(({ value }) => value), ...plane.marks.map(({ value }) => value)]);
  const axisTitle = { nameLocation: 'middle', nameTextStyle: { fontSize: 13, color: palette.muted } };
  const axisLabel = { fontSize: 12, color: palette.muted, hideOverlap: true };
  return {
    height: top + plot.height + margin.bottom,
    option: {
      animation: false,
      backgroundColor: palette.background,
      textStyle: { fontFamily, color: palette.muted },
      ...(frame && { title: frame.title, legend: frame.legend }),
      grid: { left: margin.left, top, ...plot, outerBoundsMode: 'none' },
      xAxis: {
        type: 'log',
        ...places,
        name: isNarrow ? plane.placeLabel : `${plane.placeLabel} (left is better)`,
        nameGap: 34,
        ...axisTitle,
        axisLine: { lineStyle: { color: palette.muted }, onZero: false },
        axisLabel: { ...axisLabel, formatter: formatBytes },
        splitLine: { lineStyle: { color: palette.faint } },
      },
      yAxis: {
        type: 'log',
        inverse: true,
        ...losses,
        name: valueTitle(chart),
        nameGap: 52,
        ...axisTitle,
        axisLabel,
        splitLine: { lineStyle: { color: palette.faint } },
      },
      series: [
        marksSeries(plane, palette),
        ...shownPanels(chart, drawing).flatMap(({ lines }) =>
          lines.map((line) => ({
            type: 'line',
            name: line.name,
            data: line.points.map(({ place, value, details }) => ({ value: [place, value], details })),
            clip: false,
            ...lineStyleOf(line, palette),
          })),
        ),
        ...(plane.answer ? [answerSeries(plane, plane.answer, { places, losses, ...plot }, palette)] : []),
      ],
    },
  };
}

/** The lines across, on a series of their own, which no legend switches off. */
function marksSeries({ marks }: Plane, palette: Palette): object {
  return {
    type: 'line',
    silent: true,
    data: [],
    markLine: {
      silent: true,
      // echarts rounds the line's value to two decimals by default.
      precision: 12,
      symbol: 'none',
      lineStyle: { color: palette.muted, type: [2, 3], width: 1.2 },
      label: { position: 'insideEndTop', color: palette.muted, fontSize: 12, ...halo(palette) },
      blur: opaque,
      data: marks.map(({ label, value }) => ({ yAxis: value, label: { formatter: label } })),
    },
  };
}

function answerSeries(
  { marks }: Plane,
  { label, place, value }: NonNullable<Plane['answer']>,
  {
    places,
    losses,
    width,
    height,
  }: Record<'places' | 'losses', ReturnType<typeof decades>> & Record<'width' | 'height', number>,
  palette: Palette,
): object {
  // Towards the middle, where there is space, and below unless the text of a mark is there.
  const share = Math.log(place / places.min) / Math.log(places.max / places.min);
  const isLeft = share < 0.5;
  const pixelsTo = (other: number) => (height * Math.log(other / value)) / Math.log(losses.max / losses.min);
  const end = share * width + (isLeft ? letterWidth * label.length : 0);
  const isTaken = marks.some(
    (mark) =>
      pixelsTo(mark.value) > 12 && pixelsTo(mark.value) < 44 && end > width - letterWidth * mark.label.length,
  );
  return {
    type: 'scatter',
    data: [[place, value]],
    symbol: 'circle',
    symbolSize: 20,
    silent: true,
    z: 5,
    blur: opaque,
    itemStyle: { color: 'transparent', borderColor: palette.ink, borderWidth: 2.5 },
    label: {
      show: true,
      formatter: label,
      width: width * Math.max(share, 1 - share),
      overflow: 'break',
      position: isLeft ? 'right' : 'left',
      offset: [isLeft ? -8 : 8, isTaken ? -22 : 26],
      fontSize: 13,
      fontWeight: 600,
      color: palette.ink,
      ...halo(palette),
    },
  };
}
