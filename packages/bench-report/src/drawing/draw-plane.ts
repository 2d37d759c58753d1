import { init, type EChartsCoreOption } from 'echarts';
import type { Chart, Plane } from './chart.js';
import { finishSvg } from './finish-svg.js';
import { fontFamily, lineStyleOf } from './line-style.js';
import type { Palette } from './palette.js';

const width = 960;
const height = 560;
// Names to a row of the legend, about.
const namesInRow = 4;
// As wide as what echarts measures too little of a long name.
const namesGap = 34;
// What echarts takes for a row of names, with the gap to the next.
const legendRowHeight = 14 + namesGap;

/** Draws a chart over two logarithmic axes as the text of an SVG, the same for the same input. */
export function drawPlane(chart: Chart, plane: Plane, palette: Palette): string {
  const lines = chart.panels.flatMap((panel) => panel.lines);
  const legendRows = Math.ceil(lines.length / namesInRow);
  const points = lines.flatMap((line) => line.points);
  const surface = init(null, null, {
    renderer: 'svg',
    ssr: true,
    width,
    height: height + legendRowHeight * legendRows,
  });
  try {
    surface.setOption({
      animation: false,
      backgroundColor: palette.background,
      textStyle: { fontFamily, color: palette.muted },
      title: {
        text: chart.title,
        subtext: chart.valueLabel,
        left: 14,
        top: 8,
        itemGap: 8,
        textStyle: { fontSize: 17, fontWeight: 600, color: palette.ink },
        subtextStyle: { fontSize: 13, color: palette.muted },
      },
      legend: {
        data: lines.map(({ name }) => name),
        left: 14,
        right: 14,
        top: 58,
        itemGap: namesGap,
        itemWidth: 34,
        itemHeight: 9,
        selectedMode: false,
        textStyle: { fontSize: 12, color: palette.ink },
      },
      grid: { left: 76, right: 28, top: 62 + legendRowHeight * legendRows, bottom: 60 },
      xAxis: {
        type: 'log',
        ...decades(points.map(([place]) => place)),
        name: plane.placeLabel,
        nameLocation: 'middle',
        nameGap: 34,
        nameTextStyle: { fontSize: 13, color: palette.muted },
        axisLine: { lineStyle: { color: palette.muted }, onZero: false },
        axisLabel: { formatter: plane.formatPlace, fontSize: 12, color: palette.muted },
        splitLine: { lineStyle: { color: palette.faint } },
      },
      yAxis: {
        type: 'log',
        inverse: true,
        ...decades([...points.map(([, value]) => value), ...plane.marks.map(({ value }) => value)]),
        axisLabel: { fontSize: 12, color: palette.muted },
        splitLine: { lineStyle: { color: palette.faint } },
      },
      series: [
        ...lines.map((line, index) => ({
          type: 'line',
          name: line.name,
          data: line.points.map((point) => [...point]),
          ...lineStyleOf(line, palette),
          ...(index === 0 ? { markLine: markLine(plane, palette) } : {}),
        })),
        ...(plane.answer ? [answerSeries(plane.answer, palette)] : []),
      ],
    } satisfies EChartsCoreOption);
    return finishSvg(surface.renderToSVGString(), chart);
  } finally {
    surface.dispose();
  }
}

/** The whole powers of ten around some positive values. */
function decades(values: readonly number[]): { min: number; max: number } {
  return {
    min: 10 ** Math.floor(Math.log10(Math.min(...values))),
    max: 10 ** Math.ceil(Math.log10(Math.max(...values))),
  };
}

function markLine({ marks }: Plane, palette: Palette): object {
  return {
    silent: true,
    precision: 12,
    symbol: 'none',
    lineStyle: { color: palette.muted, type: [2, 3], width: 1.2 },
    label: { position: 'insideEndTop', color: palette.muted, fontSize: 12 },
    data: marks.map(({ label, value }) => ({ yAxis: value, label: { formatter: label } })),
  };
}

function answerSeries({ label, place, value }: NonNullable<Plane['answer']>, palette: Palette): object {
  return {
    type: 'scatter',
    data: [[place, value]],
    symbol: 'circle',
    symbolSize: 20,
    silent: true,
    z: 5,
    itemStyle: { color: 'transparent', borderColor: palette.ink, borderWidth: 2.5 },
    label: {
      show: true,
      formatter: label,
      position: 'right',
      offset: [-8, 26],
      fontSize: 13,
      fontWeight: 600,
      color: palette.ink,
    },
  };
}
