import { reservedBytes, type LinearMemory } from '../kernel.js';
import { rowKernels, type RowKernels } from './row-kernels.js';

const pageBytes = 65536;
// WebAssembly's 32-bit memories end at 4 GiB.
const largestBytes = 65536 * pageBytes;
const alignment = 64;

/**
 * One linear memory for the tables of a model and for the arrays that are gathered from and into. Tables built
 * in it are gathered by a WebAssembly kernel, several times faster than by the plain loop, as long as `ids` and
 * `out` were allocated here too.
 *
 * Memory is handed out and never taken back: a memory lives as long as its model. Allocating may move it, as
 * WebAssembly memories do when they grow: allocate first, take the views after. It belongs to one thread; for
 * threads that read one table, see `SparseTable.fromBitmaps`.
 */
export class TableMemory {
  /** The WebAssembly memory itself, for other kernels that read what lies in it; the first 4 KiB are taken. */
  readonly linearMemory: LinearMemory = new WebAssembly.Memory({
    initial: 1,
    maximum: largestBytes / pageBytes,
  });
  #used = reservedBytes;
  #kernels: RowKernels | undefined;

  /** The bytes of the memory as it is now; replaced by another buffer whenever the memory grows. */
  get buffer(): ArrayBuffer {
    return this.linearMemory.buffer;
  }

  /** Bytes that can still be allocated. */
  get freeBytes(): number {
    return largestBytes - Math.ceil(this.#used / alignment) * alignment;
  }

  /** The gather kernels on this memory. */
  get kernels(): RowKernels {
    return (this.#kernels ??= rowKernels(this.linearMemory));
  }

  /**
   * Sets `bytes` zeroed bytes apart and returns their offset, a multiple of 64.
   *
   * @throws RangeError when the memory would exceed 4 GiB.
   */
  allocate(bytes: number): number {
    const offset = Math.ceil(this.#used / alignment) * alignment;
    const end = offset + bytes;
    if (end > largestBytes) {
      throw new RangeError(
        `a table memory holds at most ${largestBytes} bytes: ${this.#used} are taken, ${bytes} more were asked for`,
      );
    }
    const missing = end - this.linearMemory.buffer.byteLength;
    if (missing > 0) this.linearMemory.grow(Math.ceil(missing / pageBytes));
    this.#used = end;
    return offset;
  }

  /** The float32 values at an offset that `allocate` returned. */
  float32(offset: number, length: number): Float32Array {
    return new Float32Array(this.linearMemory.buffer, offset, length);
  }

  /** The int32 values at an offset that `allocate` returned. */
  int32(offset: number, length: number): Int32Array {
    return new Int32Array(this.linearMemory.buffer, offset, length);
  }
}
