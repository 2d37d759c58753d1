import { pipeline, Readable, type Duplex } from 'node:stream';

/** The bytes that a stream of Node's makes of others: what zlib inflates. Errors reach whoever reads. */
export async function* streamed(
  bytes: AsyncIterable<Uint8Array>,
  through: Duplex,
): AsyncGenerator<Uint8Array> {
  // The error of either stream reaches the reader of the last one.
  const stream = pipeline(Readable.from(bytes, { objectMode: false }), through, () => undefined);
  try {
    yield* stream as AsyncIterable<Uint8Array>;
  } finally {
    stream.destroy();
  }
}
