import type { Line } from './chart.js';
import type { Palette } from './palette.js';

/** The font of all charts. */
export const fontFamily = "system-ui, 'Segoe UI', 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif";
/** The marker of each style, by echarts' names. */
export const markers = ['circle', 'rect', 'triangle', 'diamond'] as const;

/** Colour, marker and dashes of a line, as echarts takes them. */
export function lineStyleOf({ style, dashed }: Pick<Line, 'style' | 'dashed'>, palette: Palette) {
  const color = palette.lines[style % palette.lines.length]!;
  const itemStyle = { color: dashed ? palette.background : color, borderColor: color, borderWidth: 1.6 };
  const lineStyle = { color, width: 2, type: dashed ? [6, 4] : 'solid' };
  return {
    symbol: markers[style % markers.length],
    symbolSize: 7,
    itemStyle,
    lineStyle,
    // The others fade while one is pointed at; the colours may be CSS variables, which echarts cannot brighten.
    emphasis: { focus: 'series', itemStyle, lineStyle: { ...lineStyle, width: 3 } },
  };
}

/** A margin in the colour of the background around a text that lines run through. */
export function halo({ background }: Palette) {
  return { textBorderColor: background, textBorderWidth: 3 };
}
