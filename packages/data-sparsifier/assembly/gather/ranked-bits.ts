// Bitmaps with a count for every 512 bits: the number of ones before their middle (../src/tables/mixed-precision/row-index/ranked-bits.ts).

// For each word index, 0 to 3, masks of the words 0 to 2: all ones if the word is before it.
const wordsBefore = memory.data(8 * 12);

export function prepareRanks(): void {
  for (let word: usize = 0; word < 4; word++) {
    for (let other: usize = 0; other < 3; other++) {
      store<u64>(wordsBefore + ((word * 3 + other) << 3), other < word ? -1 : 0);
    }
  }
}

/**
 * The number of ones before the bit at `position`: the count, plus or minus the ones between the position and the middle.
 * Counts up to 4 words, branchless because positions are unpredictable. Reads only within aligned 64 bytes.
 */
export function onesBefore(bits: usize, ranks: usize, position: u32): u32 {
  const group = <usize>(position >>> 9);
  const inHalf = position & 255;
  const word = inHalf >>> 6;
  // Ones below the position in its word.
  const below = ((<u64>1) << (inHalf & 63)) - 1;
  // In the lower half, the words from the position up to the middle are counted, without the bits below the position.
  const isLower: u32 = ((position >>> 8) & 1) ^ 1;
  const back: usize = 0 - <usize>isLower;
  const first = bits + (group << 6) + 32 - ((<usize>isLower) << 3);
  const step: usize = (8 ^ back) - back;
  const nth = word ^ (3 & (<u32>back));
  const masks = wordsBefore + <usize>nth * 24;
  const ones =
    <u32>popcnt(load<u64>(first) & load<u64>(masks)) +
    <u32>popcnt(load<u64>(first + step) & load<u64>(masks, 8)) +
    <u32>popcnt(load<u64>(first + step + step) & load<u64>(masks, 16)) +
    <u32>popcnt(load<u64>(first + step * <usize>nth) & (below ^ (0 - <u64>isLower)));
  return load<u32>(ranks + (group << 2)) + ((ones ^ (<u32>back)) - <u32>back);
}

export function hasBit(bits: usize, position: u32): u32 {
  return ((<u32>load<u8>(bits + <usize>(position >>> 3))) >>> (position & 7)) & 1;
}
