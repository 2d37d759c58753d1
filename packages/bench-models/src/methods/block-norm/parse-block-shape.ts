import type { BlockShape } from '../grid-point.js';

/** Reads the command's way to write a block shape, `1x4`. @throws Error when the text is not of that form. */
export function parseBlockShape(text: string): BlockShape {
  const match = /^(\d+)x(\d+)$/.exec(text);
  if (!match) throw new Error(`sparse block shape: expected rows x columns such as 1x4, found '${text}'`);
  return [Number(match[1]), Number(match[2])];
}
