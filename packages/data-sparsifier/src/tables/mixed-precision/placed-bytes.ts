import type { TableMemory } from '../table-memory.js';

/** Bytes of a table, in a separate array or in a memory of the kernels, which moves when it grows. */
export class PlacedBytes {
  readonly length: number;
  /** Their offset in the memory; 0 without one. */
  readonly offset: number;
  readonly #memory: TableMemory | undefined;
  #bytes: Uint8Array;
  #view: DataView;

  constructor(bytes: Uint8Array, memory: TableMemory | undefined) {
    this.length = bytes.length;
    this.offset = memory ? bytes.byteOffset : 0;
    this.#memory = memory;
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
  }

  /** The bytes at their current location. */
  get bytes(): Uint8Array {
    this.#followMemory();
    return this.#bytes;
  }

  /** The same bytes, for reading larger numbers. */
  get view(): DataView {
    this.#followMemory();
    return this.#view;
  }

  #followMemory(): void {
    if (!this.#memory || this.#bytes.buffer === this.#memory.buffer) return;
    this.#bytes = new Uint8Array(this.#memory.buffer, this.offset, this.length);
    this.#view = viewOf(this.#bytes);
  }
}

/**
 * Copies bytes to `memory` if given, otherwise holds them by reference.
 *
 * @param readBehind how many bytes past the end a kernel may read
 */
export function placeBytes(bytes: Uint8Array, memory: TableMemory | undefined, readBehind = 0): PlacedBytes {
  if (!memory) return new PlacedBytes(bytes, undefined);
  const offset = memory.allocate(bytes.length + readBehind);
  const there = new Uint8Array(memory.buffer, offset, bytes.length);
  there.set(bytes);
  return new PlacedBytes(there, memory);
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
