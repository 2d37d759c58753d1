import type { Line } from './chart.js';
import type { Palette } from './palette.js';

/** The font of all charts. */
export const fontFamily = "system-ui, 'Segoe UI', 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif";
const markers = ['circle', 'rect', 'triangle', 'diamond'];

/** Colour, marker and dashes of a line, as echarts takes them. */
export function lineStyleOf({ style, dashed }: Pick<Line, 'style' | 'dashed'>, palette: Palette) {
  const color = palette.lines[style % palette.lines.length]!;
  return {
    symbol: markers[style % markers.length],
    symbolSize: 7,
    itemStyle: { color: dashed ? palette.background : color, borderColor: color, borderWidth: 1.6 },
    lineStyle: { color, width: 2, type: dashed ? [6, 4] : 'solid' },
    emphasis: { disabled: true },
  };
}
