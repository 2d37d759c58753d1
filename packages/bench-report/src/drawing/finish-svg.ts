import type { Chart } from './chart.js';
import { escapeMarkup } from '../page/markup.js';

/**
 * Makes an SVG of echarts fit for files and pages: scales with its box, has a title and description for
 * screen readers, and loses what only scripts and pointers use.
 */
export function finishSvg(svg: string, chart: Pick<Chart, 'id' | 'title' | 'description'>): string {
  const plain = svg
    .replace(/<style\b[^>]*>[\s\S]*?<\/style>/g, '')
    .replace(/ (?:ecmeta_[a-z_]+|class|pointer-events)="[^"]*"/g, '')
    // Ids count the charts of the process; here they are the chart's own.
    .replace(/\bzr\d+-/g, `${chart.id}-`)
    .replace(/<defs\s*>\s*<\/defs>/g, '')
    .replace(/\n\s*\n/g, '\n');
  const opening = /<svg\b[^>]*>/.exec(plain)?.[0];
  const size = opening && /width="(\d+)" height="(\d+)"/.exec(opening);
  if (!opening || !size) throw new Error(`chart ${chart.id}: expected an SVG with a width and a height`);
  const titleId = `${chart.id}-title`;
  const descriptionId = `${chart.id}-description`;
  const ownOpening =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size[1]}" height="${size[2]}"` +
    ` viewBox="0 0 ${size[1]} ${size[2]}" role="img" aria-labelledby="${titleId} ${descriptionId}">` +
    `<title id="${titleId}">${escapeMarkup(chart.title)}</title>` +
    `<desc id="${descriptionId}">${escapeMarkup(chart.description)}</desc>`;
  return `${plain.replace(opening, () => ownOpening).trim()}\n`;
}
