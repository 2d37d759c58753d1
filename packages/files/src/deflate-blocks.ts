import { availableParallelism } from 'node:os';
import { constants, deflateRaw } from 'node:zlib';

// pigz's numbers: blocks this long lose next to nothing against one stream, and one window is 32 KiB.
const blockSize = 1 << 18;
const windowSize = 1 << 15;
// What is best for samples of a block is taken for it and for those that follow, so many in all.
const blocksPerChoice = 16;
const samples = 8;
const sampleSize = 1 << 12;

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
  }: {
    level?: number;
    threads?: number;
  } = {},
): AsyncGenerator<Uint8Array> {
  const inFlight: Promise<Uint8Array>[] = [];
  let dictionary: Uint8Array | undefined;
  let block: Uint8Array | undefined;
  let started = 0;
  let strategy: number = constants.Z_DEFAULT_STRATEGY;
  const start = async (input: Uint8Array, isLast: boolean) => {
    if (started++ % blocksPerChoice === 0) strategy = await bestStrategy(sampleOf(input), level);
    const output = deflateBlock(input, { level, strategy, dictionary, isLast });
    output.catch(() => undefined); // reported where it is awaited, also when that is later than the failure
    inFlight.push(output);
    dictionary = input.subarray(Math.max(0, input.length - windowSize));
  };
  // One block is held back, because the last one must be known when it is started.
  for await (const next of blocksOf(parts)) {
    if (block) await start(block, false);
    block = next;
    if (inFlight.length >= Math.max(1, threads)) yield await inFlight.shift()!;
  }
  await start(block ?? new Uint8Array(0), true);
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

/**
 * Looking for runs alone takes a third of the time of looking for all matches. Where runs are all that there is, as
 * between the random bits of weights, it also gives a code that fits better: it is taken where it loses nothing.
 */
async function bestStrategy(sample: Uint8Array, level: number): Promise<number> {
  const strategies = [constants.Z_RLE, constants.Z_DEFAULT_STRATEGY];
  const [runs, all] = await Promise.all(
    strategies.map((strategy) =>
      deflateBlock(sample, { level, strategy, dictionary: undefined, isLast: true }),
    ),
  );
  return runs!.length <= 1.02 * all!.length ? constants.Z_RLE : constants.Z_DEFAULT_STRATEGY;
}

/** Pieces from all over a block; a small one as it is. */
function sampleOf(input: Uint8Array): Uint8Array {
  if (input.length <= samples * sampleSize) return input;
  const sample = new Uint8Array(samples * sampleSize);
  for (let i = 0; i < samples; i++) {
    const start = Math.floor((i * (input.length - sampleSize)) / (samples - 1));
    sample.set(input.subarray(start, start + sampleSize), i * sampleSize);
  }
  return sample;
}

function deflateBlock(
  input: Uint8Array,
  {
    level,
    strategy,
    dictionary,
    isLast,
  }: { level: number; strategy: number; dictionary: Uint8Array | undefined; isLast: boolean },
): Promise<Uint8Array> {
  const options = {
    level,
    strategy,
    // A run needs nothing that stands before the block.
    dictionary: strategy === constants.Z_RLE ? undefined : dictionary,
    memLevel: 9,
    finishFlush: isLast ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
    chunkSize: blockSize + 1024, // the output in one piece, also where nothing can be gained
  };
  return new Promise((resolve, reject) => {
    deflateRaw(input, options, (error, output) => (error ? reject(error) : resolve(output)));
  });
}
