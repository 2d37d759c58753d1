import { RandomStream } from '../random/random-stream.js';
import { shuffledRows } from '../random/shuffled-rows.js';
import { noLabel, type RowLayout, type RowStore } from './row-store.js';

/** Rows in the form for a model. */
export interface CriteoBatch {
  /** ln(integer + 1), shape (rows, integer columns); Criteo has 13. */
  dense: Float32Array;
  /** Row of the table of each categorical column, shape (rows, categorical columns); Criteo has 26. */
  sparse: Int32Array;
  /** 1 for a click, 0 for none, NaN for a row without a label, shape (rows). */
  labels: Float32Array;
}

// Most integers are small, so their logarithms are precomputed.
const smallLogarithms = Float32Array.from({ length: 1 << 12 }, (_, value) => Math.log(value + 1));

/** ln(value + 1) in float32 steps, like `log(X_int.astype(float32) + 1)` in data_utils.py. */
function logOfNext(value: number): number {
  return value < smallLogarithms.length
    ? smallLogarithms[value]!
    : Math.log(Math.fround(Math.fround(value) + 1));
}

/** Reads all rows of a store in batches, in order or shuffled. */
export async function* readBatches(
  store: RowStore,
  { batchSize, shuffleSeed }: { batchSize: number; shuffleSeed?: number },
): AsyncGenerator<CriteoBatch> {
  if (!(Number.isSafeInteger(batchSize) && batchSize > 0)) {
    throw new Error(`expected a batch size of at least 1, found ${batchSize}`);
  }
  const order =
    shuffleSeed === undefined ? undefined : shuffledRows(store.length, new RandomStream(shuffleSeed));
  const words = new Int32Array(Math.min(batchSize, store.length) * store.layout.words);
  for (let start = 0; start < store.length; start += batchSize) {
    const end = Math.min(start + batchSize, store.length);
    await store.read(order ? order.subarray(start, end) : { start, end }, words);
    yield batchOf(words, end - start, store.layout);
  }
}

function batchOf(words: Int32Array, rows: number, layout: RowLayout): CriteoBatch {
  const { categories, integers } = layout;
  const dense = new Float32Array(rows * integers);
  const sparse = new Int32Array(rows * categories);
  const labels = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const from = row * layout.words;
    for (let i = 0; i < categories; i++) sparse[row * categories + i] = words[from + i]!;
    for (let i = 0; i < integers; i++) {
      dense[row * integers + i] = logOfNext(words[from + categories + i]!);
    }
    const label = words[from + categories + integers]!;
    labels[row] = label === noLabel ? NaN : label;
  }
  return { dense, sparse, labels };
}
