import yauzl from 'yauzl';
import type { ByteSource } from '../reading/byte-source.js';

/** Lets yauzl read from a source. Only for headers: the entries' bytes are read elsewhere. */
export class HeaderReader extends yauzl.RandomAccessReader {
  // Headers are adjacent, so one read covers many of them.
  readonly #window = new Uint8Array(1 << 13);
  #windowStart = 0;
  #windowEnd = 0;

  constructor(readonly source: ByteSource) {
    super();
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    this.readInto(buffer.subarray(offset, offset + length), position).then(
      () => callback(null),
      (error: Error) => callback(error),
    );
  }

  async readInto(target: Uint8Array, position: number): Promise<void> {
    const end = position + target.length;
    if (!(position >= 0 && end <= this.source.size)) {
      throw new Error(`truncated: expected at least ${end} bytes, found ${this.source.size}`);
    }
    if (target.length > this.#window.length) return this.source.readInto(target, position);
    if (position < this.#windowStart || end > this.#windowEnd) {
      const size = Math.min(this.#window.length, this.source.size - position);
      this.#windowEnd = 0;
      await this.source.readInto(this.#window.subarray(0, size), position);
      this.#windowStart = position;
      this.#windowEnd = position + size;
    }
    target.set(this.#window.subarray(position - this.#windowStart, end - this.#windowStart));
  }
}
