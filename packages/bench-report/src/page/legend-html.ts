import { namedLines, type Chart, type Line } from '../drawing/chart.js';
import { markers } from '../drawing/line-style.js';
import { pagePalette } from '../drawing/palette.js';
import { escapeMarkup } from './markup.js';

/** The names of a chart's lines, each next to a piece of its line. */
export function legendHtml(chart: Chart): string {
  const items = namedLines(chart).map((line) => `<li>${swatch(line)}${escapeMarkup(line.name)}</li>`);
  return `<ul class="legend">${items.join('')}</ul>`;
}

const shapes: Record<(typeof markers)[number], string> = {
  circle: '<circle cx="15" cy="6" r="3.5"/>',
  rect: '<rect x="11.5" y="2.5" width="7" height="7"/>',
  triangle: '<path d="M15 2.5L18.5 9.5H11.5Z"/>',
  diamond: '<path d="M15 1.5L19 6L15 10.5L11 6Z"/>',
};

function swatch({ style, dashed }: Pick<Line, 'style' | 'dashed'>): string {
  const color = pagePalette.lines[style % pagePalette.lines.length]!;
  const dashes = dashed ? ' stroke-dasharray="6 4"' : '';
  return (
    `<svg width="30" height="12" viewBox="0 0 30 12" aria-hidden="true"><g stroke="${color}" fill="${dashed ? pagePalette.background : color}">` +
    `<path d="M0 6H30" stroke-width="2"${dashes}/><g stroke-width="1.6">${shapes[markers[style % markers.length]!]}</g></g></svg>`
  );
}
