// A hash table with open addressing and linear probing, as IdDictionary (../src/preprocess/id-dictionary.ts),
// for the values of one column of one piece.

const firstShift: u32 = 32 - 8;

/**
 * Replaces `count` values of 32 bits by their numbers in order of first appearance, and writes the value behind
 * each number to `distinct`. `slots`: memory for twice as many pairs as there may be distinct values, rounded up
 * to a power of two, and at least 256. Returns the number of distinct values.
 */
export function numberValues(values: usize, count: u32, distinct: usize, slots: usize): u32 {
  let shift = firstShift;
  memory.fill(slots, 0, (<usize>1) << (32 - shift + 3));
  let size: u32 = 0;
  const end = values + ((<usize>count) << 2);
  for (; values < end; values += 4) {
    const value = load<u32>(values);
    let slot = findSlot(slots, shift, value);
    let number = load<u32>(slot, 4);
    if (number == 0) {
      store<u32>(distinct + ((<usize>size) << 2), value);
      number = ++size;
      store<u32>(slot, value);
      store<u32>(slot, number, 4);
      const half: u32 = 1 << (31 - shift);
      if (size > half) {
        shift -= 1;
        memory.fill(slots, 0, (<usize>1) << (32 - shift + 3));
        for (let known: u32 = 0; known < size; known++) {
          const again = load<u32>(distinct + ((<usize>known) << 2));
          slot = findSlot(slots, shift, again);
          store<u32>(slot, again);
          store<u32>(slot, known + 1, 4);
        }
      }
    }
    store<u32>(values, number - 1);
  }
  return size;
}

/** The slot of a value, or the free one (number 0) where it belongs. */
function findSlot(slots: usize, shift: u32, value: u32): usize {
  const mask = ((<usize>1) << (32 - shift + 3)) - 1;
  // Fibonacci hashing, as in IdDictionary.
  let offset = (<usize>((value * 0x9e3779b1) >> shift)) << 3;
  while (load<u32>(slots + offset, 4) != 0 && load<u32>(slots + offset) != value)
    offset = (offset + 8) & mask;
  return slots + offset;
}
