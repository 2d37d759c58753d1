import type { DlrmConfig } from './config.js';

/** Examples for prediction, such as a batch of `@ds/criteo-data`. */
export interface DlrmBatch {
  /** Dense features (n, bottomMlp[0]), row-major: for Criteo, ln(x + 1). */
  dense: Float32Array;
  /** One row number for each table (n, tables), row-major. */
  sparse: Int32Array;
}

/** Examples for training. */
export interface LabelledBatch extends DlrmBatch {
  /** (n), each 0 or 1. */
  labels: Float32Array;
}

/**
 * The number of examples n of a batch.
 *
 * @throws Error if the batch is empty, its parts differ in length, or an id is outside its table (naming table, example, id
 *   and rows)
 */
export function checkBatch({ tableRows, bottomMlp }: DlrmConfig, batch: DlrmBatch | LabelledBatch): number {
  const features = bottomMlp[0]!;
  const size = batch.dense.length / features;
  if (!Number.isInteger(size) || size === 0) {
    throw new Error(
      `batch.dense: expected a multiple of ${features} values (n, ${features}), found ${batch.dense.length}`,
    );
  }
  const tables = tableRows.length;
  if (batch.sparse.length !== size * tables) {
    throw new Error(
      `batch.sparse: expected ${size * tables} ids (${size}, ${tables}), found ${batch.sparse.length}`,
    );
  }
  if ('labels' in batch && batch.labels.length !== size) {
    throw new Error(`batch.labels: expected ${size} labels, found ${batch.labels.length}`);
  }
  const { sparse } = batch;
  for (let example = 0, lookup = 0; example < size; example++) {
    for (let table = 0; table < tables; table++, lookup++) {
      const id = sparse[lookup]!;
      if (!(id >= 0 && id < tableRows[table]!)) {
        throw new Error(
          `batch.sparse: expected an id in 0..${tableRows[table]! - 1} for table ${table}, which has ` +
            `${tableRows[table]} rows, found ${id} in example ${example}`,
        );
      }
    }
  }
  return size;
}

/** The examples `from` to before `to` of a batch, as views of its arrays. */
export function examplesBetween(batch: LabelledBatch, from: number, to: number): LabelledBatch {
  const examples = batch.labels.length;
  const part = <Values extends Float32Array | Int32Array>(values: Values) => {
    const width = values.length / examples;
    return values.subarray(from * width, to * width) as Values;
  };
  return { dense: part(batch.dense), sparse: part(batch.sparse), labels: part(batch.labels) };
}

/** The first `count` examples of a batch, as views of its arrays; the batch itself if it has no more. */
export function firstExamples(batch: LabelledBatch, count: number): LabelledBatch {
  return batch.labels.length <= count ? batch : examplesBetween(batch, 0, count);
}
