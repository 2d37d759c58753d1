// Zeroes the values of the blocks with a rank (at most 127) of at most `rank` (../src/selection/pruned-values.ts).

/** Blocks of one value. `count` is rounded up to a multiple of 16. */
export function pruneRanks(ranks: usize, count: u32, rank: i32, values: usize): void {
  const end = ranks + count;
  for (; ranks < end; ranks += 16, values += 64) {
    const kept = i8x16.gt_s(v128.load(ranks), i8x16.splat(<i8>rank));
    const low = i16x8.extend_low_i8x16_s(kept);
    const high = i16x8.extend_high_i8x16_s(kept);
    keep4(values, i32x4.extend_low_i16x8_s(low));
    keep4(values + 16, i32x4.extend_high_i16x8_s(low));
    keep4(values + 32, i32x4.extend_low_i16x8_s(high));
    keep4(values + 48, i32x4.extend_high_i16x8_s(high));
  }
}

/** Blocks of four adjacent values; `count` of them, rounded up to a multiple of 4. */
export function pruneRanksOfFour(ranks: usize, count: u32, rank: i32, values: usize): void {
  const end = ranks + count;
  for (; ranks < end; ranks += 4, values += 64) {
    const four = i8x16.gt_s(v128.load32_zero(ranks), i8x16.splat(<i8>rank));
    const kept = i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(four));
    keep4(values, v128.shuffle<i32>(kept, kept, 0, 0, 0, 0));
    keep4(values + 16, v128.shuffle<i32>(kept, kept, 1, 1, 1, 1));
    keep4(values + 32, v128.shuffle<i32>(kept, kept, 2, 2, 2, 2));
    keep4(values + 48, v128.shuffle<i32>(kept, kept, 3, 3, 3, 3));
  }
}

function keep4(values: usize, kept: v128): void {
  v128.store(values, v128.and(v128.load(values), kept));
}
