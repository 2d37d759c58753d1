import { plainColumns, type Dlrm, type LabelledDataset } from '@ds/dlrm';
import { countAccesses } from './count-accesses.js';
import { meanCurvatures } from './mean-curvatures.js';

/** The importance of a table's rows for the model. */
export interface TableImportance {
  /** How often each row is looked up in the training split, (rows). */
  accesses: Float64Array;
  /**
   * (dim, dim): the mean over lookups of p (1 - p) J J^T, where J is the gradient of the logit with respect to the looked-up
   * row. An error e of the row increases the log loss of a lookup by half of e^T curvature e, to second order.
   */
  curvature: Float64Array;
}

/**
 * Counts the lookups in the training split, and computes the curvature of the loss at the embedding rows (Gauss-Newton) with
 * one backward pass over a sample of its rows. Works with any engine; the same seed gives the same sample.
 *
 * @returns the importance of each table by name
 * @throws Error if the data set has no rows or does not fit the model, the sample has labels of one class, or a gradient is
 *   not finite
 */
export async function tableImportance({
  model,
  dataset,
  calibrationRows = 100_000,
  seed = 1,
  columns,
  onProgress,
}: {
  /** The model whose tables will be compressed. */
  model: Dlrm;
  /** Its training split. */
  dataset: LabelledDataset;
  /** Rows of the backward pass, drawn without replacement; all rows if there are fewer. Default 100,000. */
  calibrationRows?: number;
  /** Seed for selecting them; default 1. */
  seed?: number;
  /** The tables to name in the result, with their categorical columns. Default: those of a plain model, `emb_l.0.weight` ... */
  columns?: ReadonlyMap<string, number>;
  /** Called with the number of rows done and the total: first the counted rows, then those of the sample. */
  onProgress?: (done: number, total: number) => void;
}): Promise<Record<string, TableImportance>> {
  if (!Number.isSafeInteger(calibrationRows) || calibrationRows < 1) {
    throw new Error(`calibrationRows: expected a whole number of at least 1, found ${calibrationRows}`);
  }
  if (dataset.length === 0) throw new Error('importance: expected training rows, found none');
  const sampled = Math.min(calibrationRows, dataset.length);
  const total = dataset.length + sampled;
  const accesses = await countAccesses(model.config, dataset, (done) => onProgress?.(done, total));
  const curvatures = await meanCurvatures({ model, dataset, rows: sampled, seed }, (done) =>
    onProgress?.(dataset.length + done, total),
  );
  const named = columns ?? plainColumns(accesses.length);
  return Object.fromEntries(
    [...named].map(([name, column]) => [
      name,
      { accesses: accesses[column]!, curvature: curvatures[column]! },
    ]),
  );
}
