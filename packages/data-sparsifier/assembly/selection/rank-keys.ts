// The loops over all keys of a selection (../src/selection/ranking/rank-blocks.ts) as WebAssembly with SIMD. A key is the
// bits of a float32 without the sign; its bin is the upper half of these bits.

/** All NaN count as this key, the largest. */
const nanKey: u32 = 0x7f800001;

/** Adds the number of keys of each bin to `sizes`, (32768). */
export function countKeys(keys: usize, count: u32, sizes: usize): void {
  const end = keys + ((<usize>count) << 2);
  for (; keys + 16 <= end; keys += 16) {
    countKey(keys, sizes);
    countKey(keys + 4, sizes);
    countKey(keys + 8, sizes);
    countKey(keys + 12, sizes);
  }
  for (; keys < end; keys += 4) countKey(keys, sizes);
}

function countKey(key: usize, sizes: usize): void {
  const size = sizes + (binOf(key) << 2);
  store<u32>(size, load<u32>(size) + 1);
}

function binOf(key: usize): usize {
  return (<usize>load<u16>(key, 2)) & 0x7fff;
}

/**
 * Writes the rank of each key's bin, (count). If its topmost bit is set, the key is listed: its index, from `first` on, in
 * `places`, and in `rests` the other bits of the rank (8 bits), the lower half of the key (16) and zeros (8). Returns the
 * number of listed keys.
 *
 * @param onlyBin the only bin whose keys are listed, if bins below it have rank 0 and bins above it rank 1; else -1
 */
export function rankKeys(
  keys: usize,
  count: u32,
  first: u32,
  rankOfBin: usize,
  onlyBin: i32,
  ranks: usize,
  places: usize,
  rests: usize,
): u32 {
  let i: u32 = 0;
  let next = places;
  if (onlyBin >= 0) {
    const bins = i16x8.splat(<i16>onlyBin);
    for (; i + 16 <= count; i += 16) {
      const left = eightBins(keys + ((<usize>i) << 2));
      const right = eightBins(keys + ((<usize>i) << 2) + 32);
      const above = i8x16.narrow_i16x8_s(i16x8.gt_s(left, bins), i16x8.gt_s(right, bins));
      const equal = i8x16.narrow_i16x8_s(i16x8.eq(left, bins), i16x8.eq(right, bins));
      v128.store(ranks + i, v128.bitselect(i8x16.splat(-128), v128.and(above, i8x16.splat(1)), equal));
      for (let lanes = i8x16.bitmask(equal); lanes != 0; lanes &= lanes - 1, next += 4) {
        store<u32>(next, i + ctz(lanes));
      }
    }
  }
  for (; i < count; i++) {
    const rank = load<u8>(rankOfBin + binOf(keys + ((<usize>i) << 2)));
    store<u8>(ranks + i, rank);
    // Branchless, because which keys are listed is unpredictable.
    store<u32>(next, i);
    next += (<usize>(rank >> 7)) << 2;
  }
  for (let at = places; at < next; at += 4, rests += 4) {
    const place = load<u32>(at);
    const key = min(load<u32>(keys + ((<usize>place) << 2)) & 0x7fffffff, nanKey);
    store<u32>(rests, ((<u32>load<u8>(ranks + place)) << 24) | ((key & 0xffff) << 8));
    store<u32>(at, first + place);
  }
  return <u32>((next - places) >> 2);
}

/** The bins of eight keys; all NaN are in that of `nanKey`. */
function eightBins(keys: usize): v128 {
  const upper = v128.shuffle<i16>(v128.load(keys), v128.load(keys, 16), 1, 3, 5, 7, 9, 11, 13, 15);
  return i16x8.min_s(v128.and(upper, i16x8.splat(0x7fff)), i16x8.splat(<i16>(nanKey >>> 16)));
}
