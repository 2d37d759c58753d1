import type { Chart, Line } from '../chart.js';
import type { Drawing } from '../drawing.js';
import { roundScale } from '../scales.js';

// Pixels around the panels and between them.
const margin = { top: 14, right: 20, bottom: 56, betweenColumns: 32, betweenRows: 94 };
// Of the title of the value axis, with the gap to its numbers; and of a digit.
const valueTitleWidth = 38;
const digitWidth = 7;
export const panelTitleHeight = 26;
const leastPanelWidth = 230;
/** A panel of this width has room for a number at every level of the benchmark. */
export const widthForEachLevel = 560;

/** Where the panels lie, in pixels. */
export interface PanelLayout {
  columns: number;
  panel: { width: number; height: number };
  /** Of the numbers of the value axis. */
  numbersWidth: number;
  places: { left: number; top: number }[];
  height: number;
}

/** The places of the panels: as many columns as the width allows, three at most. */
export function panelLayout(
  chart: Chart,
  lines: readonly Line[],
  { width }: Drawing,
  frameHeight: number,
): PanelLayout {
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

/** Digits of the longest number that echarts is likely to put on the value axis. */
function longestNumber(chart: Chart, lines: readonly Line[]): number {
  const values = lines.flatMap(({ points }) => points.map(({ value }) => value));
  if (chart.logarithmic) return 5;
  const { min = 0, max } = roundScale(values, chart);
  // Between the ends are about five steps, which may have a digit more.
  const step = (max - min) / 5;
  return Math.max(4, ...[min, max, min + step].map((at) => String(Number(at.toPrecision(6))).length + 1));
}
