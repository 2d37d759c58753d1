import type { RowBits } from '@ds/data-sparsifier';

/** The possible bits per value if all rows have the same number. */
export const allBits: readonly RowBits[] = [8, 4, 2];

/** Parses bits per value. @throws Error naming a value that is not in `allBits`. */
export function parseBits(text: string): RowBits {
  const bits = allBits.find((known) => String(known) === text);
  if (bits === undefined) throw new Error(`bits: expected ${allBits.join(', ')}, found '${text}'`);
  return bits;
}
