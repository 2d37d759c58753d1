import { availableParallelism } from 'node:os';
import { constants, deflateRaw } from 'node:zlib';
import type { Block, KnownBlocks } from './known-blocks.js';

// pigz's numbers: blocks this long lose next to nothing against one stream, and one window is 32 KiB.
const blockSize = 1 << 18;
const windowSize = 1 << 15;
// What is best for samples of a block is taken for it and for those that follow, so many in all.
const blocksPerChoice = 16;
const samples = 8;
const sampleSize = 1 << 12;
const largestLoss = 1.02;

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
    known,
  }: {
    level?: number;
    threads?: number;
    /** Blocks of streams that were deflated before. */
    known?: KnownBlocks | undefined;
  } = {},
): AsyncGenerator<Uint8Array> {
  const inFlight: Promise<Uint8Array>[] = [];
  let dictionary: Uint8Array | undefined;
  let block: Uint8Array | undefined;
  let started = 0;
  let search: Search = { level, strategy: constants.Z_DEFAULT_STRATEGY };
  const start = async (input: Uint8Array, isLast: boolean) => {
    const position = started * blockSize;
    if (started++ % blocksPerChoice === 0) search = await bestSearch(sampleOf(input), level);
    // A run needs nothing that stands before the block.
    const before = search.strategy === constants.Z_RLE ? undefined : dictionary;
    const task = { input, dictionary: before, ...search, isLast };
    const output = known?.take(position, task, () => deflateBlock(task)) ?? deflateBlock(task);
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

/** How zlib looks for matches. */
type Search = Pick<Block, 'level' | 'strategy'>;

/**
 * The fastest search that loses next to nothing. Between the random bits of weights runs are most of what there is to
 * find: to look for them alone takes a quarter of the time of level 6, and often gives a code that fits better. Level 4,
 * which takes the first good match, takes half.
 */
async function bestSearch(sample: Uint8Array, level: number): Promise<Search> {
  const searches: Search[] = [
    { level, strategy: constants.Z_RLE },
    { level: Math.min(4, level), strategy: constants.Z_DEFAULT_STRATEGY },
    { level, strategy: constants.Z_DEFAULT_STRATEGY },
  ];
  const outputs = await Promise.all(
    searches.map((search) => deflateBlock({ input: sample, dictionary: undefined, ...search, isLast: true })),
  );
  const most = largestLoss * Math.min(...outputs.map(({ length }) => length));
  return searches[outputs.findIndex(({ length }) => length <= most)]!;
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

function deflateBlock({ input, dictionary, level, strategy, isLast }: Block): Promise<Uint8Array> {
  const options = {
    level,
    strategy,
    dictionary,
    memLevel: 9,
    finishFlush: isLast ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
    chunkSize: blockSize + 1024, // the output in one piece, also where nothing can be gained
  };
  return new Promise((resolve, reject) => {
    deflateRaw(input, options, (error, output) => (error ? reject(error) : resolve(output)));
  });
}
