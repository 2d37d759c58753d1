// A linear layer and the ReLU after it, of inputs that are mostly zero (../src/engines/onnx/kernels/sparse-layer.ts).

// Outputs are computed 16 at a time, in four registers. V8 would spill more.
const tileBytes: usize = 64;
// Examples whose non-zero inputs are listed together: a tile of the weight stays in the first-level cache for all of them.
const examplesAtOnce: u32 = 128;

/** How many of `count` float32 values are not zero; NaN is not. */
export function countNonZeros(values: usize, count: u32): u32 {
  const end = values + ((<usize>count) << 2);
  const zero = f32x4.splat(0);
  let nonZeros: u32 = 0;
  for (; values + 16 <= end; values += 16) {
    nonZeros += popcnt(v128.bitmask<i32>(f32x4.ne(v128.load(values), zero)));
  }
  for (; values < end; values += 4) if (load<f32>(values) != 0) nonZeros++;
  return nonZeros;
}

/**
 * ReLU(input x weight + bias) for each of `count` examples. Sizes are in values, all other arguments are byte offsets.
 *
 * @param input (count, width), float32
 * @param rows for each input, where its row starts in a tile of the weight, in bytes; int32
 * @param weight (tiles of 16 outputs, rows of a tile, 16), float32; finite, since a zero input may be multiplied too
 * @param bias (outputs rounded up to 16), float32
 * @param out (count, outputs), float32; up to 60 bytes beyond it may be written
 * @param scratch room for examplesAtOnce x (4 + 8 x (width + 1)) bytes
 */
export function multiplyNonZeros(
  input: usize,
  width: u32,
  rows: usize,
  count: u32,
  weight: usize,
  bytesOfTile: usize,
  bias: usize,
  outputs: u32,
  out: usize,
  scratch: usize,
): void {
  const inputBytes: usize = (<usize>width) << 2;
  const outBytes: usize = (<usize>outputs) << 2;
  const lists = scratch + ((<usize>examplesAtOnce) << 2);
  const tiles = (outBytes + tileBytes - 1) / tileBytes;
  for (let start: u32 = 0; start < count; start += examplesAtOnce) {
    const examples: usize = min(examplesAtOnce, count - start);
    const endsEnd = scratch + (examples << 2);
    let list = lists;
    for (let ends = scratch; ends < endsEnd; ends += 4, input += inputBytes) {
      list = listNonZeros(input, width, rows, list);
      store<u32>(ends, <u32>list);
    }
    // The last tile may write beyond an example's outputs, where the first tile of the next example then does.
    for (let tile: usize = tiles; tile > 0; tile--) {
      const offset = (tile - 1) * tileBytes;
      const tileOfWeight = weight + (tile - 1) * bytesOfTile;
      let from = lists;
      let to = out + offset;
      for (let ends = scratch; ends < endsEnd; ends += 4, to += outBytes) {
        const end: usize = load<u32>(ends);
        multiplyTile(from, end, tileOfWeight, bias + offset, to);
        from = end;
      }
    }
    out += examples * outBytes;
  }
}

/**
 * Lists the inputs that are not zero: where the row of each starts in a tile, and its value. An odd number of them is followed by
 * a zero. Returns the end of the list.
 */
function listNonZeros(input: usize, width: u32, rows: usize, start: usize): usize {
  let list = start;
  const wholeEnd = input + ((<usize>(width & ~3)) << 2);
  const end = input + ((<usize>width) << 2);
  const zero = f32x4.splat(0);
  for (; input < wholeEnd; input += 16, rows += 16) {
    let lanes = v128.bitmask<i32>(f32x4.ne(v128.load(input), zero));
    for (; lanes; lanes &= lanes - 1) {
      const offset: usize = (<usize>ctz(lanes)) << 2;
      list = addToList(list, rows + offset, input + offset);
    }
  }
  for (; input < end; input += 4, rows += 4) {
    if (load<f32>(input) != 0) list = addToList(list, rows, input);
  }
  if (((list - start) & 8) === 0) return list;
  store<u64>(list, 0);
  return list + 8;
}

function addToList(list: usize, row: usize, value: usize): usize {
  store<u32>(list, load<u32>(row));
  store<u32>(list, load<u32>(value), 4);
  return list + 8;
}

function multiplyTile(list: usize, end: usize, weight: usize, bias: usize, out: usize): void {
  let sum0 = v128.load(bias);
  let sum1 = v128.load(bias, 16);
  let sum2 = v128.load(bias, 32);
  let sum3 = v128.load(bias, 48);
  // Two inputs a turn: V8 checks for interrupts in each turn.
  for (; list < end; list += 16) {
    const row = weight + load<u32>(list);
    const value = v128.load32_splat(list, 4);
    sum0 = f32x4.add(sum0, f32x4.mul(value, v128.load(row)));
    sum1 = f32x4.add(sum1, f32x4.mul(value, v128.load(row, 16)));
    sum2 = f32x4.add(sum2, f32x4.mul(value, v128.load(row, 32)));
    sum3 = f32x4.add(sum3, f32x4.mul(value, v128.load(row, 48)));
    const nextRow = weight + load<u32>(list, 8);
    const nextValue = v128.load32_splat(list, 12);
    sum0 = f32x4.add(sum0, f32x4.mul(nextValue, v128.load(nextRow)));
    sum1 = f32x4.add(sum1, f32x4.mul(nextValue, v128.load(nextRow, 16)));
    sum2 = f32x4.add(sum2, f32x4.mul(nextValue, v128.load(nextRow, 32)));
    sum3 = f32x4.add(sum3, f32x4.mul(nextValue, v128.load(nextRow, 48)));
  }
  storePositive(out, sum0);
  storePositive(out + 16, sum1);
  storePositive(out + 32, sum2);
  storePositive(out + 48, sum3);
}

/** Stores the values, with zero in place of negative ones; NaN stays. */
function storePositive(to: usize, values: v128): void {
  v128.store(to, f32x4.pmax(values, f32x4.splat(0)));
}
