import type { Norm, NormConfig } from '@ds/data-sparsifier';

/** The mask by the definition: every block's norm, all of them sorted, the first pruned. */
export function naiveMask(
  data: Float32Array,
  [rows, columns]: readonly [number, number],
  {
    sparsityLevel,
    sparseBlockShape: [blockRows, blockColumns],
    zerosPerBlock,
    norm,
  }: NormConfig & { norm: Norm },
): Uint8Array {
  const size = (value: number) => (norm === 'L1' ? Math.abs(value) : Math.fround(value * value));
  const blocks: { norm: number; values: { at: number | undefined; size: number }[] }[] = [];
  for (let top = 0; top < rows; top += blockRows) {
    for (let left = 0; left < columns; left += blockColumns) {
      const values = [];
      let sum = 0;
      let inside = 0;
      for (let row = top; row < top + blockRows; row++) {
        for (let column = left; column < left + blockColumns; column++) {
          const isInside = row < rows && column < columns;
          const at = isInside ? row * columns + column : undefined;
          values.push({ at, size: at === undefined ? NaN : size(data[at]!) });
          if (at === undefined) continue;
          sum = Math.fround(sum + size(data[at]!));
          inside++;
        }
      }
      blocks.push({ norm: Math.fround(sum / inside), values });
    }
  }
  const exact = sparsityLevel * blocks.length;
  const below = Math.floor(exact);
  const isHalf = exact - below === 0.5;
  const pruned = isHalf ? below + (below % 2) : Math.round(exact);
  const mask = new Uint8Array(data.length).fill(1);
  const ascending = [...blocks].sort((a, b) => nanLast(a.norm, b.norm));
  for (const { values } of ascending.slice(0, pruned)) {
    const smallest = [...values].sort((a, b) => nanLast(a.size, b.size));
    for (const { at } of smallest.slice(0, zerosPerBlock ?? values.length))
      if (at !== undefined) mask[at] = 0;
  }
  return mask;
}

/** Compares two numbers, NaN last and equal to itself. `Array.prototype.sort` is stable. */
export function nanLast(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a < b ? -1 : Number(a > b);
}
