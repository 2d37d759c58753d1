import { reservedBytes, type LinearMemory } from '../kernel.js';
import { rowKernels, type RowKernels } from './row-kernels.js';

const pageBytes = 65536;
// 32-bit WebAssembly memories are limited to 4 GiB.
const maxBytes = 65536 * pageBytes;
const alignment = 64;

/**
 * One linear memory for the tables of a model and for the arrays of ids and gathered rows. A WebAssembly kernel gathers
 * rows of tables built in it, several times faster than the plain loop, if `ids` and `out` were also allocated in it.
 *
 * Memory is never freed: a memory lives as long as its model. Allocating may move it, because WebAssembly memories move
 * when they grow, so allocate first and create views afterwards. It belongs to one thread; to share a table between
 * threads, see `SparseTable.fromBitmaps`.
 */
export class TableMemory {
  /** The WebAssembly memory itself, for other kernels that read its contents; the first 4 KiB are reserved. */
  readonly linearMemory: LinearMemory = new WebAssembly.Memory({
    initial: 1,
    maximum: maxBytes / pageBytes,
  });
  #used = reservedBytes;
  #kernels: RowKernels | undefined;
  #scratch = { offset: 0, bytes: 0 };

  /** The current buffer of the memory; replaced whenever the memory grows. */
  get buffer(): ArrayBuffer {
    return this.linearMemory.buffer;
  }

  /** Bytes that can still be allocated. */
  get freeBytes(): number {
    return maxBytes - Math.ceil(this.#used / alignment) * alignment;
  }

  /** The gather kernels on this memory. */
  get kernels(): RowKernels {
    return (this.#kernels ??= rowKernels(this.linearMemory));
  }

  /**
   * Allocates `bytes` zeroed bytes and returns their offset, a multiple of 64.
   *
   * @throws RangeError if the memory would exceed 4 GiB.
   */
  allocate(bytes: number): number {
    const offset = Math.ceil(this.#used / alignment) * alignment;
    const end = offset + bytes;
    if (end > maxBytes) {
      throw new RangeError(
        `a table memory holds at most ${maxBytes} bytes: ${this.#used} are used, ${bytes} more were requested`,
      );
    }
    const missing = end - this.linearMemory.buffer.byteLength;
    if (missing > 0) this.linearMemory.grow(Math.ceil(missing / pageBytes));
    this.#used = end;
    return offset;
  }

  /**
   * Bytes that a gather may write as it likes, for all tables of the memory together: at least so many, from an offset that
   * stays good.
   */
  scratch(bytes: number): number {
    if (bytes > this.#scratch.bytes) this.#scratch = { offset: this.allocate(bytes), bytes };
    return this.#scratch.offset;
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
