// Converts values to the keys of their blocks, in place, like ../src/selection/ranking/block-keys.ts, for common block shapes.

/** Blocks of one value under L2. `blocks` is rounded up to a multiple of 4. */
export function squareValues(values: usize, blocks: u32): void {
  const end = values + ((<usize>blocks) << 2);
  for (; values < end; values += 16) v128.store(values, squares(values));
}

/** Blocks of four adjacent values, under L1. `blocks` is rounded up to a multiple of 4. */
export function meansOfFour(values: usize, blocks: u32): void {
  const end = values + ((<usize>blocks) << 4);
  for (let keys = values; values < end; values += 64, keys += 16) {
    v128.store(keys, meansOf(sizes(values), sizes(values + 16), sizes(values + 32), sizes(values + 48)));
  }
}

/** The same under L2. */
export function meansOfFourSquares(values: usize, blocks: u32): void {
  const end = values + ((<usize>blocks) << 4);
  for (let keys = values; values < end; values += 64, keys += 16) {
    v128.store(
      keys,
      meansOf(squares(values), squares(values + 16), squares(values + 32), squares(values + 48)),
    );
  }
}

function sizes(values: usize): v128 {
  return f32x4.abs(v128.load(values));
}

function squares(values: usize): v128 {
  const four = v128.load(values);
  return f32x4.mul(four, four);
}

/** The mean of each of four blocks, summed from left to right. */
function meansOf(a: v128, b: v128, c: v128, d: v128): v128 {
  const leftOfAB = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const leftOfCD = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const rightOfAB = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const rightOfCD = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  const firstTwo = f32x4.add(
    v128.shuffle<i64>(leftOfAB, leftOfCD, 0, 2),
    v128.shuffle<i64>(leftOfAB, leftOfCD, 1, 3),
  );
  const three = f32x4.add(firstTwo, v128.shuffle<i64>(rightOfAB, rightOfCD, 0, 2));
  const sums = f32x4.add(three, v128.shuffle<i64>(rightOfAB, rightOfCD, 1, 3));
  return f32x4.mul(sums, f32x4.splat(0.25));
}
