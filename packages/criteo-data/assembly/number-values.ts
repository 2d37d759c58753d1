// A hash table with open addressing and linear probing, as IdDictionary (../src/preprocess/ids/id-dictionary.ts),
// for the values of one column of one piece. A slot is a value and, in the upper 32 bits, its number and 1; 0 is free.

const firstShift: u32 = 32 - 8;

/** Bits of a hash to be dropped, so that the rest is a slot of the table. */
let shift: u32 = 0;
let size: u32 = 0;

/**
 * Replaces `count` values of 32 bits by their numbers in order of first appearance, and writes the value behind
 * each number to `distinct`. `slots`: memory for four times as many pairs as there may be distinct values, rounded up
 * to a power of two, and at least 256. Returns the number of distinct values.
 */
export function numberValues(values: usize, count: u32, distinct: usize, slots: usize): u32 {
  size = 0;
  clearSlots(slots, firstShift);
  const end = values + ((<usize>count) << 2);
  for (; values < end; values += 4) {
    const value = load<u32>(values);
    const slot = load<u64>(slots + firstOffset(value));
    const number = <u32>(slot >> 32);
    // Most values are found in their first slot.
    const isFound = <u32>slot == value && number != 0;
    store<u32>(values, (isFound ? number : numberOf(value, distinct, slots)) - 1);
  }
  return size;
}

/** The number and 1 of a value, a new one if it has not been seen. */
function numberOf(value: u32, distinct: usize, slots: usize): u32 {
  let slot = findSlot(slots, value);
  const number = load<u32>(slot, 4);
  if (number != 0) return number;
  store<u32>(distinct + ((<usize>size) << 2), value);
  store<u32>(slot, value);
  store<u32>(slot, ++size, 4);
  // At most a quarter of the slots is used, because branches on further slots are hard to predict.
  if (size > (<u32>1) << (30 - shift)) {
    clearSlots(slots, shift - 1);
    for (let known: u32 = 0; known < size; known++) {
      const again = load<u32>(distinct + ((<usize>known) << 2));
      slot = findSlot(slots, again);
      store<u32>(slot, again);
      store<u32>(slot, known + 1, 4);
    }
  }
  return size;
}

function clearSlots(slots: usize, newShift: u32): void {
  shift = newShift;
  memory.fill(slots, 0, slotBytes());
}

function slotBytes(): usize {
  return (<usize>1) << (32 - shift + 3);
}

/** The offset of the first slot of a value: Fibonacci hashing, as in IdDictionary. */
function firstOffset(value: u32): usize {
  return (<usize>((value * 0x9e3779b1) >> shift)) << 3;
}

/** The slot of a value, or the free one (number 0) where it belongs. */
function findSlot(slots: usize, value: u32): usize {
  const mask = slotBytes() - 1;
  let offset = firstOffset(value);
  while (load<u32>(slots + offset, 4) != 0 && load<u32>(slots + offset) != value)
    offset = (offset + 8) & mask;
  return slots + offset;
}
