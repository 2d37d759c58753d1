import type { Line, Point } from '../chart.js';
import type { Palette } from '../palette.js';

/** The spreads of a line's points as a mark of echarts: a vertical stroke each. */
export function whiskers(line: Line, palette: Palette, position: (place: number) => number): object {
  const spread = line.points.filter((point): point is Point & Required<Pick<Point, 'spread'>> =>
    Boolean(point.spread),
  );
  if (spread.length === 0) return {};
  return {
    markLine: {
      silent: true,
      symbol: 'none',
      // echarts rounds the ends to two decimals by default.
      precision: 12,
      animation: false,
      label: { show: false },
      lineStyle: { color: palette.lines[line.style % palette.lines.length], width: 1.6, type: 'solid' },
      data: spread.map(({ place, spread: ends }) => ends.map((end) => ({ coord: [position(place), end] }))),
    },
  };
}
