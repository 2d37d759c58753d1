// The dot interaction (../src/interaction/interaction-memory.ts) as WebAssembly with SIMD. Written in
// AssemblyScript; `npm run build:kernel` compiles it into ../src/interaction/kernel-module.ts.

/**
 * For each of `count` examples: the first vector, then the dot products of all pairs of live vectors, row by row
 * of the lower triangle. Sizes are in values, the rest are byte offsets.
 *
 * @param vectors (vectors, count, dim), float32
 * @param live places of the vectors that take part, ascending, the first one first; int32
 * @param out (count, dim + pairs), float32; 16 bytes beyond it may be written
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
    // Lanes past the last vector repeat it: their products are never kept.
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
 * The products of each vector with those before it, four vectors by four at a time. A tile on the diagonal has
 * fewer than four products in a row and writes into the next row's start: it goes first, so that the next row's
 * own products come after.
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
