import type { Tensor } from '../tensor.js';

/**
 * A mask that prunes the round(level * values) values with the smallest magnitude (halves to even), ties with the lowest
 * index first. NaN counts as infinite.
 *
 * @throws Error if the level is not from 0 to 1
 */
export function maskSmallest(
  { data, shape }: Tensor,
  {
    sparsityLevel,
  }: {
    /** The fraction of the values to prune, from 0 to 1. */
    sparsityLevel: number;
  },
): Tensor {
  if (!(typeof sparsityLevel === 'number' && sparsityLevel >= 0 && sparsityLevel <= 1)) {
    throw new Error(`sparsityLevel: expected a number from 0 to 1, found ${String(sparsityLevel)}`);
  }
  const order = Array.from(data.keys()).sort(
    (one, other) => magnitude(data[one]!) - magnitude(data[other]!) || one - other,
  );
  const mask = new Float32Array(data.length).fill(1);
  for (const place of order.slice(0, roundHalfToEven(sparsityLevel * data.length))) mask[place] = 0;
  return { data: mask, shape: [...shape] };
}

function magnitude(value: number): number {
  return Number.isNaN(value) ? Infinity : Math.abs(value);
}

function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const isDown = value - below < 0.5 || (value - below === 0.5 && below % 2 === 0);
  return isDown ? below : below + 1;
}
