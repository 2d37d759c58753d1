/** A stream of bytes whose first bytes are known. */
export interface ByteStream {
  /** The first bytes, as many as requested; fewer only if there are no more. */
  start: Uint8Array;
  /** All bytes, including the first ones. Can be read once. */
  bytes: AsyncIterable<Uint8Array>;
}

/** Reads the first `length` bytes of a stream ahead. */
export async function peek(bytes: AsyncIterable<Uint8Array>, length: number): Promise<ByteStream> {
  const iterator = bytes[Symbol.asyncIterator]();
  const read: Uint8Array[] = [];
  let size = 0;
  while (size < length) {
    const { done, value } = await iterator.next();
    if (done) break;
    read.push(value);
    size += value.length;
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      yield* read;
      for (;;) {
        const { done, value } = await iterator.next();
        if (done) return;
        yield value;
      }
    } finally {
      await iterator.return?.();
    }
  }
  return { start: Buffer.concat(read).subarray(0, length), bytes: all() };
}
