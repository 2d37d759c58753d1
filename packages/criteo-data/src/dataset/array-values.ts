import type { NpzEntry } from '@ds/tensor-files/npz';

// Enough that a chunk of interleaved columns still has thousands of values of each.
const chunkBytes = 1 << 20;

/**
 * The values of an array of int32, int64 or float64 in the order of the file, a chunk at a time. The chunks share one buffer:
 * each is valid until the next one is requested.
 */
export async function* arrayValues(entry: NpzEntry): AsyncGenerator<Int32Array | Float64Array> {
  const size = entry.dtype === 'int32' ? 4 : 8;
  // Pieces of the file may end inside a value, so they are copied together.
  const bytes = new Uint8Array(chunkBytes);
  const valuesOf = (count: number) => {
    switch (entry.dtype) {
      case 'int32':
        return new Int32Array(bytes.buffer, 0, count);
      case 'int64':
        return Float64Array.from(new BigInt64Array(bytes.buffer, 0, count), Number);
      default:
        return new Float64Array(bytes.buffer, 0, count);
    }
  };
  let filled = 0;
  for await (const piece of entry.bytes()) {
    for (let used = 0; used < piece.length;) {
      const part = piece.subarray(used, used + bytes.length - filled);
      bytes.set(part, filled);
      used += part.length;
      filled += part.length;
      if (filled < bytes.length) continue;
      yield valuesOf(filled / size);
      filled = 0;
    }
  }
  if (filled >= size) yield valuesOf(Math.floor(filled / size));
}
