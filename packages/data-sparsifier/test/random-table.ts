import type { Table } from '@ds/data-sparsifier';

/** A table of values from -1 to 1, none of them zero (mulberry32). */
export function randomTable(seed: number, shape: readonly number[]): Table & { data: Float32Array } {
  let state = seed;
  const data = Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 2 ** 31 - 1;
  });
  return { data, shape };
}
