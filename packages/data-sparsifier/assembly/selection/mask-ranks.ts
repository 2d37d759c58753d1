// A mask from the ranks of blocks (../src/selection/pruned-values.ts): 1 if a rank (at most 127) is above `rank`, else 0.

/** Blocks of one value. `count` is rounded up to a multiple of 16. */
export function maskRanks(ranks: usize, count: u32, rank: i32, mask: usize): void {
  const end = mask + count;
  for (; mask < end; ranks += 16, mask += 16) store16(mask, v128.load(ranks), rank);
}

/** Blocks of four adjacent values; `count` of them, rounded up to a multiple of 4. */
export function maskRanksOfFour(ranks: usize, count: u32, rank: i32, mask: usize): void {
  const end = mask + ((<usize>count) << 2);
  for (; mask < end; ranks += 4, mask += 16) {
    const four = v128.load32_zero(ranks);
    store16(mask, v128.shuffle<i8>(four, four, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3), rank);
  }
}

function store16(mask: usize, ranks: v128, rank: i32): void {
  v128.store(mask, v128.and(i8x16.gt_s(ranks, i8x16.splat(<i8>rank)), i8x16.splat(1)));
}
