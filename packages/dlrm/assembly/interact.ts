// The dot interaction (../src/engines/onnx/kernels/interaction-memory.ts).

/**
 * For each of `count` examples: the first vector, then the dot products of all pairs of live vectors, in row-major order of
 * the lower triangle. Sizes are in values, all other arguments are byte offsets.
 *
 * @param vectors (vectors, count, dim), float32
 * @param live indices of the vectors that take part, ascending, starting with the first vector; int32
 * @param out (count, dim + pairs), float32; up to 16 bytes beyond it may be written
 * @param scratch room for dim x (liveCount rounded up to 4) float32
 */
export function interactFeatures(
  vectors: usize,
  live: usize,
  liveCount: u32,
  count: u32,
  dim: u32,
  out: usize,
  scratch: usize,
): void {
  const vectorBytes: usize = dim << 2;
  const tableBytes: usize = <usize>count * vectorBytes;
  const lanesBytes: usize = ((liveCount + 3) & ~3) << 2;
  const pairs: usize = (liveCount * (liveCount - 1)) >> 1;
  const outBytes: usize = vectorBytes + (pairs << 2);
  for (let example: u32 = 0; example < count; example++, vectors += vectorBytes, out += outBytes) {
    memory.copy(out, vectors, vectorBytes);
    transpose(vectors, live, liveCount, tableBytes, dim, lanesBytes, scratch);
    multiplyPairs(scratch, lanesBytes, liveCount, dim, out + vectorBytes);
  }
}

/** Whether any bit of `bytes` (a multiple of 4) is set. */
export function hasAnyBit(start: usize, bytes: usize): bool {
  const end = start + bytes;
  for (; start + 16 <= end; start += 16) if (v128.any_true(v128.load(start))) return true;
  for (; start < end; start += 4) if (load<u32>(start)) return true;
  return false;
}

/** Whether any of `count` float32 values is infinite or NaN. */
export function hasNonFinite(values: usize, count: u32): bool {
  const end = values + ((<usize>count) << 2);
  // The difference of a value and itself is zero, or NaN.
  let differences = f32x4.splat(0);
  for (; values + 16 <= end; values += 16) {
    const four = v128.load(values);
    differences = f32x4.add(differences, f32x4.sub(four, four));
  }
  for (; values < end; values += 4) {
    const value = f32x4.splat(load<f32>(values));
    differences = f32x4.add(differences, f32x4.sub(value, value));
  }
  return v128.any_true(f32x4.ne(differences, f32x4.splat(0)));
}

/** Writes the live vectors of one example as columns: (dim, lanes). */
function transpose(
  vectors: usize,
  live: usize,
  liveCount: u32,
  tableBytes: usize,
  dim: u32,
  lanesBytes: usize,
  scratch: usize,
): void {
  const end = dim & ~3;
  for (let lane: u32 = 0; lane < liveCount; lane += 4, scratch += 16) {
    // Lanes after the last vector repeat it; their products are discarded.
    const a = vectorAt(vectors, live, min(lane, liveCount - 1), tableBytes);
    const b = vectorAt(vectors, live, min(lane + 1, liveCount - 1), tableBytes);
    const c = vectorAt(vectors, live, min(lane + 2, liveCount - 1), tableBytes);
    const d = vectorAt(vectors, live, min(lane + 3, liveCount - 1), tableBytes);
    let to = scratch;
    let column: u32 = 0;
    for (; column < end; column += 4) {
      const from: usize = column << 2;
      const a4 = v128.load(a + from);
      const b4 = v128.load(b + from);
      const c4 = v128.load(c + from);
      const d4 = v128.load(d + from);
      const abLow = v128.shuffle<f32>(a4, b4, 0, 4, 1, 5);
      const abHigh = v128.shuffle<f32>(a4, b4, 2, 6, 3, 7);
      const cdLow = v128.shuffle<f32>(c4, d4, 0, 4, 1, 5);
      const cdHigh = v128.shuffle<f32>(c4, d4, 2, 6, 3, 7);
      v128.store(to, v128.shuffle<i64>(abLow, cdLow, 0, 2));
      to += lanesBytes;
      v128.store(to, v128.shuffle<i64>(abLow, cdLow, 1, 3));
      to += lanesBytes;
      v128.store(to, v128.shuffle<i64>(abHigh, cdHigh, 0, 2));
      to += lanesBytes;
      v128.store(to, v128.shuffle<i64>(abHigh, cdHigh, 1, 3));
      to += lanesBytes;
    }
    for (; column < dim; column++, to += lanesBytes) {
      const from: usize = column << 2;
      store<f32>(to, load<f32>(a + from));
      store<f32>(to, load<f32>(b + from), 4);
      store<f32>(to, load<f32>(c + from), 8);
      store<f32>(to, load<f32>(d + from), 12);
    }
  }
}

function vectorAt(vectors: usize, live: usize, lane: u32, tableBytes: usize): usize {
  return vectors + <usize>load<u32>(live + ((<usize>lane) << 2)) * tableBytes;
}

/**
 * The products of each vector with those before it, in tiles of four by four vectors. A tile on the diagonal has fewer than
 * four products in a row and overwrites the start of the next row, so it comes first and the next row's products follow.
 */
function multiplyPairs(columns: usize, lanesBytes: usize, liveCount: u32, dim: u32, out: usize): void {
  const columnsEnd = columns + <usize>dim * lanesBytes;
  for (let row: u32 = 0; row < liveCount; row += 4) {
    const rowOffset: usize = row << 2;
    const out0 = out + (((<usize>(row * (row - 1))) >> 1) << 2);
    const out1 = out0 + rowOffset;
    const out2 = out1 + rowOffset + 4;
    const out3 = out2 + rowOffset + 8;
    const rows = liveCount - row;
    for (let column: i32 = row; column >= 0; column -= 4) {
      const columnOffset: usize = column << 2;
      let sum0 = f32x4.splat(0);
      let sum1 = sum0;
      let sum2 = sum0;
      let sum3 = sum0;
      for (let at = columns; at < columnsEnd; at += lanesBytes) {
        const others = v128.load(at + columnOffset);
        const own = at + rowOffset;
        sum0 = f32x4.add(sum0, f32x4.mul(v128.load32_splat(own), others));
        sum1 = f32x4.add(sum1, f32x4.mul(v128.load32_splat(own, 4), others));
        sum2 = f32x4.add(sum2, f32x4.mul(v128.load32_splat(own, 8), others));
        sum3 = f32x4.add(sum3, f32x4.mul(v128.load32_splat(own, 12), others));
      }
      if (row > 0) v128.store(out0 + columnOffset, sum0);
      if (rows > 1) v128.store(out1 + columnOffset, sum1);
      if (rows > 2) v128.store(out2 + columnOffset, sum2);
      if (rows > 3) v128.store(out3 + columnOffset, sum3);
    }
  }
}

/**
 * The same with only some of the features: for each of `count` examples, columns of the first vector, then the dot products
 * of pairs of vectors, in row-major order of the lower triangle.
 *
 * @param vectors (vectorCount, count, dim), float32
 * @param columns (columnCount) int32
 * @param rows for each row: the position of its vector among those of an example, in bytes; the number of its pairs; and the
 *   positions of the other vectors, the last one repeated up to a multiple of four; int32
 * @param out (count, columnCount + pairs), float32; up to 16 bytes beyond it may be written
 * @param scratch room for vectorCount x dim float32
 */
export function interactPairs(
  vectors: usize,
  vectorCount: u32,
  columns: usize,
  columnCount: u32,
  rows: usize,
  rowsEnd: usize,
  count: u32,
  dim: u32,
  out: usize,
  scratch: usize,
): void {
  const vectorBytes: usize = dim << 2;
  const tableBytes: usize = <usize>count * vectorBytes;
  const scratchEnd = scratch + <usize>vectorCount * vectorBytes;
  const columnsEnd = columns + ((<usize>columnCount) << 2);
  for (let example: u32 = 0; example < count; example++, vectors += vectorBytes) {
    // Copied to adjacent memory: in their tables they compete for the same few sets of the first-level cache.
    for (let from = vectors, to = scratch; to < scratchEnd; from += tableBytes, to += vectorBytes) {
      copyVector(from, to, vectorBytes);
    }
    for (let at = columns; at < columnsEnd; at += 4, out += 4) {
      store<f32>(out, load<f32>(scratch + ((<usize>load<u32>(at)) << 2)));
    }
    for (let at = rows; at < rowsEnd;) {
      const row = scratch + load<u32>(at);
      const pairs: usize = load<u32>(at, 4);
      const others = at + 8;
      at = others + (((pairs + 3) & ~3) << 2);
      // Four products at a time; any after the last one are overwritten by the next row's.
      if (dim === 16) multiplySixteen(scratch, row, others, at, out);
      else multiplyRow(scratch, row, others, at, dim, out);
      out += pairs << 2;
    }
  }
}

function copyVector(from: usize, to: usize, bytes: usize): void {
  const end = from + bytes;
  for (; from + 16 <= end; from += 16, to += 16) v128.store(to, v128.load(from));
  for (; from < end; from += 4, to += 4) store<f32>(to, load<f32>(from));
}

function multiplyRow(vectors: usize, row: usize, others: usize, end: usize, dim: u32, out: usize): void {
  for (; others < end; others += 16, out += 16) {
    const a = sumsOfProducts(row, vectors + load<u32>(others), dim);
    const b = sumsOfProducts(row, vectors + load<u32>(others, 4), dim);
    const c = sumsOfProducts(row, vectors + load<u32>(others, 8), dim);
    const d = sumsOfProducts(row, vectors + load<u32>(others, 12), dim);
    v128.store(out, totals(a, b, c, d));
  }
}

/** The same for vectors of 16 values, the usual size: the row's vector stays in registers. */
function multiplySixteen(vectors: usize, row: usize, others: usize, end: usize, out: usize): void {
  const row0 = v128.load(row);
  const row1 = v128.load(row, 16);
  const row2 = v128.load(row, 32);
  const row3 = v128.load(row, 48);
  for (; others < end; others += 16, out += 16) {
    const a = sumsOfSixteen(row0, row1, row2, row3, vectors + load<u32>(others));
    const b = sumsOfSixteen(row0, row1, row2, row3, vectors + load<u32>(others, 4));
    const c = sumsOfSixteen(row0, row1, row2, row3, vectors + load<u32>(others, 8));
    const d = sumsOfSixteen(row0, row1, row2, row3, vectors + load<u32>(others, 12));
    v128.store(out, totals(a, b, c, d));
  }
}

/** Four sums that together are the dot product of two vectors. */
function sumsOfProducts(row: usize, other: usize, dim: u32): v128 {
  let a = row;
  let b = other;
  const vectorEnd = a + ((<usize>dim) << 2);
  const end = a + ((<usize>(dim & ~3)) << 2);
  let sums = f32x4.splat(0);
  for (; a < end; a += 16, b += 16) sums = f32x4.add(sums, f32x4.mul(v128.load(a), v128.load(b)));
  let rest: f32 = 0;
  for (; a < vectorEnd; a += 4, b += 4) rest += load<f32>(a) * load<f32>(b);
  return f32x4.replace_lane(sums, 0, f32x4.extract_lane(sums, 0) + rest);
}

function sumsOfSixteen(row0: v128, row1: v128, row2: v128, row3: v128, other: usize): v128 {
  return f32x4.add(
    f32x4.add(f32x4.mul(row0, v128.load(other)), f32x4.mul(row1, v128.load(other, 16))),
    f32x4.add(f32x4.mul(row2, v128.load(other, 32)), f32x4.mul(row3, v128.load(other, 48))),
  );
}

/** The totals of four vectors of four sums. */
function totals(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<i64>(ab, cd, 0, 2), v128.shuffle<i64>(ab, cd, 1, 3));
}
