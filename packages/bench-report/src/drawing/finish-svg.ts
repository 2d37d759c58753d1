import type { Chart } from './chart.js';
import { escapeMarkup } from '../page/markup.js';

/**
 * Prepares an SVG of echarts for files and pages: makes it scale with its box, adds a title and description for
 * screen readers, and removes what only scripts and pointers use.
 */
export function finishSvg(svg: string, chart: Pick<Chart, 'id' | 'title' | 'description'>): string {
  const plain = svg
    .replace(/<style\b[^>]*>[\s\S]*?<\/style>/g, '')
    .replace(/ (?:ecmeta_[a-z_]+|class|pointer-events)="[^"]*"/g, '')
    // echarts' ids depend on the number of charts in the process; these depend only on the chart.
    .replace(/\bzr\d+-/g, `${chart.id}-`)
    .replace(/<defs\s*>\s*<\/defs>/g, '')
    .replace(/\n\s*\n/g, '\n');
  const opening = /<svg\b[^>]*>/.exec(plain)?.[0];
  const size = opening && /width="(\d+)" height="(\d+)"/.exec(opening);
  if (!opening || !size) throw new Error(`chart ${chart.id}: expected an SVG with a width and a height`);
  const newOpening =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size[1]}" height="${size[2]}"` +
    ` viewBox="0 0 ${size[1]} ${size[2]}" role="img" aria-labelledby="${titleId(chart.id)} ${descriptionId(chart.id)}">` +
    `<title id="${titleId(chart.id)}">${escapeMarkup(chart.title)}</title>` +
    `<desc id="${descriptionId(chart.id)}">${escapeMarkup(chart.description)}</desc>`;
  return `${plain.replace(opening, () => newOpening).trim()}\n`;
}

/** What tells an SVG of `finishSvg` of the chart with this id from the SVG of another program. */
export function chartMark(id: string): RegExp {
  return new RegExp(
    `^<svg [^>]* aria-labelledby="${titleId(id)} ${descriptionId(id)}"><title id="${titleId(id)}">`,
  );
}

const titleId = (id: string) => `${id}-title`;
const descriptionId = (id: string) => `${id}-description`;
