import type { BlockShape } from '../grid/grid-point.js';

/** Parses a block shape such as `1x4`. @throws Error if the text does not have this form. */
export function parseBlockShape(text: string): BlockShape {
  const match = /^(\d+)x(\d+)$/.exec(text);
  if (!match) throw new Error(`sparse block shape: expected rows x columns such as 1x4, found '${text}'`);
  return [Number(match[1]), Number(match[2])];
}
