import { availableParallelism } from 'node:os';
import { constants, deflateRaw } from 'node:zlib';
import type { Block, KnownBlocks } from './known-blocks.js';

// pigz's numbers: with blocks of this size the loss against a single stream is negligible; a window is 32 KiB.
const blockSize = 1 << 18;
const windowSize = 1 << 15;
// The best search for samples of a block is used for this many blocks, starting with it.
const blocksPerChoice = 16;
const samples = 8;
const sampleSize = 1 << 12;
const largestLoss = 1.02;

/**
 * Deflates one stream on several threads, as pigz does (Mark Adler, https://zlib.net/pigz/): each block is
 * compressed separately, with the preceding 32 KiB as its dictionary, and ends on a byte boundary, so the
 * concatenated outputs are one valid deflate stream. The output does not depend on the number of threads. The threads
 * are those of libuv's pool (4, or UV_THREADPOOL_SIZE).
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
    /** Blocks of earlier streams. */
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
    // A search for runs does not use the dictionary.
    const before = search.strategy === constants.Z_RLE ? undefined : dictionary;
    const task = { input, dictionary: before, ...search, isLast };
    const output = known?.take(position, task, () => deflateBlock(task)) ?? deflateBlock(task);
    output.catch(() => undefined); // reported where it is awaited, which may be after the failure
    inFlight.push(output);
    dictionary = input.subarray(Math.max(0, input.length - windowSize));
  };
  // One block is held back, because the last block must be known as such when it is started.
  for await (const next of blocksOf(parts)) {
    if (block) await start(block, false);
    block = next;
    if (inFlight.length >= Math.max(1, threads)) yield await inFlight.shift()!;
  }
  await start(block ?? new Uint8Array(0), true);
  for (const output of inFlight) yield await output;
}

/** The same bytes split into blocks of equal length; long parts are not copied. */
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
 * The fastest search with a negligible loss. Weights are mostly random bits, so runs are most of what can be found.
 * Searching for runs alone takes a quarter of the time of level 6, and often gives a better Huffman code. Level 4, which
 * accepts the first good match, takes half the time.
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

/** Pieces spread over a block; a small block as it is. */
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
    chunkSize: blockSize + 1024, // the output in one piece, even if it does not shrink
  };
  return new Promise((resolve, reject) => {
    deflateRaw(input, options, (error, output) => (error ? reject(error) : resolve(output)));
  });
}
