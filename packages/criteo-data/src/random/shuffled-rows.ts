import type { RandomStream } from './random-stream.js';

/** The numbers 0 to `length` - 1 in a uniformly random order (Fisher and Yates, Durstenfeld). */
export function shuffledRows(length: number, random: RandomStream): Uint32Array {
  const rows = Uint32Array.from({ length }, (_, row) => row);
  for (let last = length - 1; last > 0; last--) {
    const other = random.nextBelow(last + 1);
    const row = rows[last]!;
    rows[last] = rows[other]!;
    rows[other] = row;
  }
  return rows;
}
