import { namedLines, type Chart } from './chart.js';
import type { Palette } from './palette.js';

const side = 14;
// As wide as what echarts measures too little of a long name.
const nameGap = 34;
const markWidth = 34;
const rowHeight = 14 + nameGap;
// About a letter of the legend.
const letterWidth = 7;
const legendTop = 60;

/** The title and the legend of a chart in a file of its own, and the pixels that they take. */
export function chartFrame(
  chart: Chart,
  palette: Palette,
  width: number,
): { title: object; legend: object; height: number } {
  const names = namedLines(chart).map(({ name }) => name);
  return {
    title: {
      text: chart.title,
      subtext: chart.reading,
      left: side,
      top: 8,
      itemGap: 8,
      textStyle: { fontSize: 17, fontWeight: 600, color: palette.ink },
      subtextStyle: { fontSize: 13, color: palette.muted },
    },
    legend: {
      data: names,
      left: side,
      right: side,
      top: legendTop,
      itemGap: nameGap,
      itemWidth: markWidth,
      itemHeight: 9,
      selectedMode: false,
      textStyle: { fontSize: 13, color: palette.ink },
    },
    height: legendTop + rowHeight * rowsOf(names, width - 2 * side),
  };
}

/** About how many rows the names take. */
function rowsOf(names: readonly string[], width: number): number {
  let [rows, used] = [1, 0];
  for (const name of names) {
    const wide = markWidth + 5 + letterWidth * name.length;
    if (used > 0 && used + wide > width) [rows, used] = [rows + 1, 0];
    used += wide + nameGap;
  }
  return rows;
}
