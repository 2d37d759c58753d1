import type { RowBits } from '@ds/data-sparsifier';

/** The bits of a value that all rows may have. */
export const allBits: readonly RowBits[] = [8, 4, 2];

/** Reads bits of a value. @throws Error naming what is none of `allBits`. */
export function parseBits(text: string): RowBits {
  const bits = allBits.find((known) => String(known) === text);
  if (bits === undefined) throw new Error(`bits: expected ${allBits.join(', ')}, found '${text}'`);
  return bits;
}
