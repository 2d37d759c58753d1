/** The longest code of deflate. */
export const codeLengthLimit: u32 = 15;

const mostSymbols = 286;
const keys = memory.data(8 * mostSymbols);
const weights = memory.data(4 * mostSymbols);

/**
 * The code lengths (a byte each) of a Huffman code of at most `limit` bits for symbols that occur `counts` (32 bits)
 * times; 0 for those that do not. Two symbols at least must occur.
 */
export function huffmanLengths(counts: usize, symbols: u32, lengths: usize, limit: u32): void {
  let used: u32 = 0;
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const count = load<u32>(counts + (symbol << 2));
    if (count > 0) store<u64>(keys + (used++ << 3), ((<u64>count) << 32) | symbol);
  }
  sortKeys(used);
  // Halved counts bring the lengths nearer to one another, until the longest fits.
  for (let halvings: u32 = 0; ; halvings++) {
    for (let i: u32 = 0; i < used; i++) {
      setWeight(i, max<u32>(1, (<u32>(load<u64>(keys + (i << 3)) >> 32)) >> halvings));
    }
    minimumRedundancy(used);
    if (weight(0) <= limit) break;
  }
  memory.fill(lengths, 0, symbols);
  for (let i: u32 = 0; i < used; i++) {
    store<u8>(lengths + <u32>load<u64>(keys + (i << 3)), <u8>weight(i));
  }
}

/** The lowest `count` bits, the other way round. */
export function reversedBits(bits: u32, count: u32): u32 {
  let reversed: u32 = 0;
  for (; count > 0; count--, bits >>= 1) reversed = (reversed << 1) | (bits & 1);
  return reversed;
}

/** Shell sort (gaps of Ciura 2001): short, and a few microseconds for as few as these. */
function sortKeys(count: u32): void {
  for (
    let gap: u32 = 132;
    gap > 0;
    gap = gap == 132 ? 57 : gap == 57 ? 23 : gap == 23 ? 10 : gap == 10 ? 4 : gap == 4 ? 1 : 0
  ) {
    for (let i = gap; i < count; i++) {
      const key = load<u64>(keys + (i << 3));
      let place = i;
      for (; place >= gap && load<u64>(keys + ((place - gap) << 3)) > key; place -= gap) {
        store<u64>(keys + (place << 3), load<u64>(keys + ((place - gap) << 3)));
      }
      store<u64>(keys + (place << 3), key);
    }
  }
}

/**
 * Turns sorted weights into code lengths in place (Moffat and Katajainen 1995, In-place calculation of
 * minimum-redundancy codes).
 */
function minimumRedundancy(count: u32): void {
  // From the left, pairs of the lightest are joined; what is used up becomes the index of its parent.
  const last = <i32>count - 1;
  let root = 0;
  let leaf = 0;
  for (let next = 0; next < last; next++) {
    let sum: u32 = 0;
    for (let child = 0; child < 2; child++) {
      if (leaf > last || (root < next && weight(root) < weight(leaf))) {
        sum += weight(root);
        setWeight(root++, next);
      } else {
        sum += weight(leaf++);
      }
    }
    setWeight(next, sum);
  }
  // From the right, parents become depths of the inner nodes.
  setWeight(last - 1, 0);
  for (let next = last - 2; next >= 0; next--) setWeight(next, weight(weight(next)) + 1);
  // And those give the number of leaves at each depth.
  let free = 1;
  let depth: u32 = 0;
  let inner = last - 1;
  let next = last;
  while (free > 0) {
    let inside = 0;
    while (inner >= 0 && weight(inner) == depth) {
      inside++;
      inner--;
    }
    for (; free > inside; free--) setWeight(next--, depth);
    free = 2 * inside;
    depth++;
  }
}

function weight(i: u32): u32 {
  return load<u32>(weights + (i << 2));
}

function setWeight(i: u32, value: u32): void {
  store<u32>(weights + (i << 2), value);
}
