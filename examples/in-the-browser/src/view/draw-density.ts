import type { DensityMap } from '../pruning/density-map.js';

/** Draws a density map, one pixel for each rectangle, between two colours of the page's style. */
export function drawDensity(canvas: HTMLCanvasElement, { width, height, shares }: DensityMap): void {
  const [empty, full] = ['--map-empty', '--map-full'].map((name) => colour(canvas, name));
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(width, height);
  shares.forEach((share, place) => {
    for (let channel = 0; channel < 3; channel++) {
      image.data[4 * place + channel] = empty![channel]! + share * (full![channel]! - empty![channel]!);
    }
    image.data[4 * place + 3] = 255;
  });
  context.putImageData(image, 0, 0);
}

/** Red, green and blue of a CSS custom property of the form #rrggbb. */
function colour(element: Element, name: string): number[] {
  const text = getComputedStyle(element).getPropertyValue(name).trim();
  return [1, 3, 5].map((from) => parseInt(text.slice(from, from + 2), 16));
}
