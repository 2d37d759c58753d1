import { formatBytes } from './format-bytes.js';
import type { Sizes } from '../messages.js';

const height = 300;
const margins = { left: 64, right: 24, top: 12, bottom: 44 };

/** The lines of the chart: the size that each shows, and its class in the style sheet. */
const series = [
  { field: 'dense', line: 'dense' },
  { field: 'deflated', line: 'deflated' },
  { field: 'sparse', line: 'sparse' },
] as const;

/** Draws the sizes at each level into an SVG element, replacing its contents, with a mark at one level. */
export function drawSizeChart(svg: SVGSVGElement, sizes: readonly Sizes[], chosen: number): void {
  // As wide as the available space, so that the text is not scaled.
  const width = Math.max(svg.clientWidth, 240);
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.setAttribute('height', String(height));
  const plot = { ...margins, right: width - margins.right, bottom: height - margins.bottom };
  const largest = niceAbove(Math.max(...sizes.flatMap((point) => series.map(({ field }) => point[field]))));
  const x = (level: number) => plot.left + level * (plot.right - plot.left);
  const y = (bytes: number) => plot.bottom - (bytes / largest) * (plot.bottom - plot.top);
  const parts: SVGElement[] = [];
  for (let tick = 0; tick <= 4; tick++) {
    const bytes = (largest * tick) / 4;
    parts.push(element('line', { class: 'grid', x1: plot.left, x2: plot.right, y1: y(bytes), y2: y(bytes) }));
    parts.push(
      text(bytes === 0 ? '0' : formatBytes(bytes).replace('.0 ', ' '), {
        x: plot.left - 8,
        y: y(bytes) + 4,
        'text-anchor': 'end',
      }),
    );
  }
  for (const level of [0, 0.2, 0.4, 0.6, 0.8, 1]) {
    parts.push(text(`${100 * level} %`, { x: x(level), y: plot.bottom + 18, 'text-anchor': 'middle' }));
  }
  const middle = (plot.left + plot.right) / 2;
  parts.push(text('sparsity level', { x: middle, y: plot.bottom + 38, 'text-anchor': 'middle' }));
  parts.push(
    element('line', { class: 'chosen', x1: x(chosen), x2: x(chosen), y1: plot.top, y2: plot.bottom }),
  );
  for (const { field, line } of series) {
    const points = sizes.map((point) => `${x(point.level).toFixed(1)},${y(point[field]).toFixed(1)}`);
    parts.push(element('polyline', { class: line, points: points.join(' ') }));
    const here = sizes.find(({ level }) => level === chosen);
    if (here && field !== 'dense') {
      parts.push(element('circle', { class: line, cx: x(chosen), cy: y(here[field]), r: 4 }));
    }
  }
  svg.replaceChildren(...parts);
}

/** The smallest of 1, 2, 3, 4, 6 or 8 times a power of ten, in bytes, KiB, ..., that is at least this. */
function niceAbove(bytes: number): number {
  let unit = 1;
  while (bytes >= 1024 * unit) unit *= 1024;
  const decade = unit * 10 ** Math.floor(Math.log10(Math.max(bytes, 1) / unit));
  return decade * [1, 2, 3, 4, 6, 8, 10].find((factor) => factor * decade >= bytes)!;
}

function element(name: string, attributes: Record<string, string | number>): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

function text(content: string, attributes: Record<string, string | number>): SVGElement {
  const made = element('text', attributes);
  made.textContent = content;
  return made;
}
