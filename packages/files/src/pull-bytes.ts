import { PassThrough } from 'node:stream';

/**
 * The bytes that `produce` writes, piece by piece as they are asked for: `write` resolves when there is room for the next.
 * An error of `produce` reaches whoever asks.
 */
export function pullBytes(
  produce: (write: (bytes: Uint8Array) => Promise<void>) => Promise<void>,
): AsyncIterable<Uint8Array> {
  const stream = new PassThrough({ objectMode: true, highWaterMark: 1 });
  const write = (bytes: Uint8Array) =>
    new Promise<void>((resolve, reject) => {
      const nobodyAsks = () => reject(new Error('nobody asks for more bytes'));
      stream.once('close', nobodyAsks);
      stream.write(bytes, (error) => {
        stream.off('close', nobodyAsks);
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
