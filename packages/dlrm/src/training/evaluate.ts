import type { DlrmBatch } from '../models/dlrm/batch.js';
import type { LabelledDataset } from './train.js';

/**
 * The model's probability for every example of a data set, in order.
 *
 * @returns labels and scores (dataset.length), for `binaryClassificationMetrics`
 */
export async function evaluate({
  model,
  dataset,
  batchSize = 16384,
  onProgress,
}: {
  /** A `Dlrm`, or any other model that returns a probability for each example. */
  model: { forward(batch: DlrmBatch): Promise<Float32Array> };
  dataset: LabelledDataset;
  /** Examples per forward pass; default 16384. */
  batchSize?: number;
  /** Called after each batch with the number of examples done and the total. */
  onProgress?: (done: number, total: number) => void;
}): Promise<{
  /** Clicks, 0 or 1 (rows). */
  labels: Float32Array;
  /** Probabilities of a click (rows). */
  scores: Float32Array;
}> {
  const labels = new Float32Array(dataset.length);
  const scores = new Float32Array(dataset.length);
  let done = 0;
  for await (const batch of dataset.batches({ batchSize })) {
    scores.set(await model.forward(batch), done);
    labels.set(batch.labels, done);
    done += batch.labels.length;
    onProgress?.(done, dataset.length);
  }
  return { labels, scores };
}
