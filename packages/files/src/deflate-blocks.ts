import { availableParallelism } from 'node:os';
import { constants, deflateRaw } from 'node:zlib';
import { type DeflatedBlocks } from './deflated-blocks.js';

// pigz's numbers: blocks this long lose next to nothing against one stream, and one window is 32 KiB.
const blockSize = 1 << 18;
const windowSize = 1 << 15;
const noBytes = new Uint8Array(0);

/**
 * Deflates one stream on several threads, as pigz does (Mark Adler, https://zlib.net/pigz/): each block is
 * compressed by itself with the 32 KiB before it as its dictionary and ends on a byte boundary, so the
 * outputs one after another are one valid deflate stream. The same input gives the same output whatever the
 * number of threads. The threads are zlib's own in libuv's pool (4, or UV_THREADPOOL_SIZE).
 */
export async function* deflateBlocks(
  parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  {
    level = 6,
    threads = availableParallelism(),
    reused,
  }: {
    level?: number;
    threads?: number;
    /** Where blocks that other streams had are taken from, and left for others; default: none. */
    reused?: DeflatedBlocks | undefined;
  } = {},
): AsyncGenerator<Uint8Array> {
  const inFlight: Promise<Uint8Array>[] = [];
  let dictionary: Uint8Array | undefined;
  let block: Uint8Array | undefined;
  const start = (input: Uint8Array, isLast: boolean) => {
    const options = { level, dictionary, isLast };
    const deflate = () => deflateBlock(input, options);
    const output = reused
      ? reused.reuse([dictionary ?? noBytes, input], `${level} ${isLast}`, deflate)
      : deflate();
    output.catch(() => undefined); // reported where it is awaited, also when that is later than the failure
    inFlight.push(output);
    dictionary = input.subarray(Math.max(0, input.length - windowSize));
  };
  // One block is held back, because the last one must be known when it is started.
  for await (const next of blocksOf(parts)) {
    if (block) start(block, false);
    block = next;
    if (inFlight.length >= Math.max(1, threads)) yield await inFlight.shift()!;
  }
  start(block ?? new Uint8Array(0), true);
  for (const output of inFlight) yield await output;
}

/** The same bytes cut into blocks of equal length; long parts are not copied. */
async function* blocksOf(
  parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let pending = new Uint8Array(blockSize);
  let filled = 0;
  for await (const part of parts) {
    let used = 0;
    while (used < part.length) {
      if (filled === 0 && part.length - used >= blockSize) {
        yield part.subarray(used, used + blockSize);
        used += blockSize;
        continue;
      }
      const taken = part.subarray(used, used + blockSize - filled);
      pending.set(taken, filled);
      filled += taken.length;
      used += taken.length;
      if (filled === blockSize) {
        yield pending;
        pending = new Uint8Array(blockSize);
        filled = 0;
      }
    }
  }
  if (filled > 0) yield pending.subarray(0, filled);
}

function deflateBlock(
  input: Uint8Array,
  { level, dictionary, isLast }: { level: number; dictionary: Uint8Array | undefined; isLast: boolean },
): Promise<Uint8Array> {
  const options = {
    level,
    dictionary,
    finishFlush: isLast ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
    chunkSize: blockSize + 1024, // the output in one piece, also where nothing can be gained
  };
  return new Promise((resolve, reject) => {
    deflateRaw(input, options, (error, output) => (error ? reject(error) : resolve(output)));
  });
}
