import { PassThrough } from 'node:stream';

/**
 * The bytes that `produce` writes, piece by piece, on demand: `write` resolves when the next piece is wanted. An error of
 * `produce` is thrown to the consumer.
 */
export function pullBytes(
  produce: (write: (bytes: Uint8Array) => Promise<void>) => Promise<void>,
): AsyncIterable<Uint8Array> {
  const stream = new PassThrough({ objectMode: true, highWaterMark: 1 });
  const write = (bytes: Uint8Array) =>
    new Promise<void>((resolve, reject) => {
      const onClose = () => reject(new Error('the consumer has stopped reading'));
      stream.once('close', onClose);
      stream.write(bytes, (error) => {
        stream.off('close', onClose);
        if (error) reject(error);
        else resolve();
      });
    });
  produce(write).then(
    () => stream.end(),
    (error: Error) => stream.destroy(error),
  );
  return stream;
}
