import type { EChartsCoreOption } from 'echarts/core';
import type { Chart, Line } from './chart.js';
import type { Palette } from './palette.js';

/** How a chart is to be drawn. */
export interface Drawing {
  palette: Palette;
  /** Pixels. */
  width: number;
  /** Whether its title and legend are part of the drawing, as in a file of its own. */
  framed: boolean;
  /** The names of the lines to leave out. Default: none. */
  hidden?: ReadonlySet<string>;
}

/** A chart as echarts takes it, and the height in pixels that it needs. */
export interface DrawnChart {
  option: EChartsCoreOption;
  height: number;
}

/** The panels without the hidden lines. */
export function shownPanels({ panels }: Chart, { hidden }: Drawing): { title?: string; lines: Line[] }[] {
  return panels.map((panel) => ({ ...panel, lines: panel.lines.filter(({ name }) => !hidden?.has(name)) }));
}

/** The lines that set the scale: those shown, or all if none is, so that the axes stay. */
export function scaledLines(chart: Chart, drawing: Drawing): Line[] {
  const lines = shownPanels(chart, drawing).flatMap((panel) => panel.lines);
  return lines.length > 0 ? lines : chart.panels.flatMap((panel) => panel.lines);
}
