import { appendTo, checkOutputs, writeWhole } from '@ds/files';
import { availableThreads } from '@ds/threads';
import { inOrder } from './in-order.js';
import { rareIdsChoices, type RareIds } from './click-model.js';
import { rowsPerBlock, synthesizeBlock, type BlockRequest } from './row-block.js';

/** Below this number of rows, starting threads costs more than it gains. */
const fewRows = 20_000;

/**
 * Writes a synthetic data set in the format of the Criteo Kaggle file, for use without the real data: 13 log-normal integer
 * columns with missing values; 26 categorical columns whose ids follow Zipf's law, with sizes in Kaggle's proportions; and
 * about 25 % clicks, drawn from a planted model with an effect of each id and interactions of pairs, so that there is
 * something to learn. The same rows, seed and `rareIds` give the same bytes, regardless of the number of threads.
 *
 * @throws Error if an option is out of range, or naming the file if it cannot be written.
 */
export async function synthesizeCriteo({
  rows,
  seed,
  rareIds = 'weak',
  output,
  threads,
  onProgress,
}: {
  /** Number of rows, at least 1. */
  rows: number;
  /** Seed of the data, a whole number of at least 0. */
  seed: number;
  /**
   * How predictive the ids of large columns are, most of which are rare: with `weak` (default) hardly at all, so that a model
   * loses little without their rows; with `informative` as much as the ids of any other column.
   */
  rareIds?: RareIds;
  /** Path of the text file. */
  output: string;
  /** Worker threads; 1 works on the calling thread. Default: the available processors. */
  threads?: number;
  /** Called with the number of rows written and the total. */
  onProgress?: (done: number, total: number) => void;
}): Promise<void> {
  if (!(Number.isSafeInteger(rows) && rows >= 1)) throw new Error(`rows: expected at least 1, found ${rows}`);
  if (!(Number.isSafeInteger(seed) && seed >= 0)) {
    throw new Error(`seed: expected a whole number from 0, found ${seed}`);
  }
  if (!rareIdsChoices.includes(rareIds)) {
    throw new Error(`rareIds: expected ${rareIdsChoices.join(' or ')}, found ${rareIds}`);
  }
  checkOutputs({ inputs: [], outputs: [output] });
  const blocks = inOrder<BlockRequest, Uint8Array>({
    worker: new URL('./synthesize.worker.js', import.meta.url),
    run: synthesizeBlock,
    tasks: blockTasks({ rows, seed, rareIds }),
    threads: threads ?? (rows < fewRows ? 1 : availableThreads()),
  });
  await writeWhole(output, async (file) => {
    const append = appendTo(file);
    let done = 0;
    for await (const text of blocks) {
      await append(text);
      done = Math.min(rows, done + rowsPerBlock);
      onProgress?.(done, rows);
    }
  });
}

function* blockTasks(data: Omit<BlockRequest, 'block'>) {
  for (let block = 0; block * rowsPerBlock < data.rows; block++) yield { input: { ...data, block } };
}
