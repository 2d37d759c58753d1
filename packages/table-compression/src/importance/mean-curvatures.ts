import { firstExamples, type Dlrm, type LabelledDataset } from '@ds/dlrm';

// Few enough examples to keep the gradients of the rows small: 4096 x 26 x 16 values are 7 MB.
const batchSize = 4096;

/**
 * The mean of p (1 - p) J J^T over a seeded sample of a data set, where J is the gradient of the logit w.r.t. a table's row.
 *
 * @returns for each table (dim, dim), symmetric
 * @throws Error if the sample's labels are all equal or a gradient is not finite
 */
export async function meanCurvatures(
  { model, dataset, rows, seed }: { model: Dlrm; dataset: LabelledDataset; rows: number; seed: number },
  onProgress: (done: number) => void,
): Promise<Float64Array<ArrayBuffer>[]> {
  const { tableRows, embeddingDim: dim } = model.config;
  const curvatures = tableRows.map(() => new Float64Array(dim * dim));
  let positives = 0;
  let done = 0;
  for await (const batch of dataset.batches({ batchSize, shuffleSeed: seed })) {
    const part = firstExamples(batch, rows - done);
    const { probabilities, rows: gradients } = await model.rowGradients(part);
    for (const label of part.labels) positives += label;
    addProducts(curvatures, probabilities, gradients, dim);
    done += part.labels.length;
    onProgress(done);
    if (done === rows) break;
  }
  if (positives === 0 || positives === done) {
    throw new Error(
      `calibration: expected training rows of both labels, found ${done} rows with label ${positives === 0 ? 0 : 1}`,
    );
  }
  curvatures.forEach((curvature, table) => {
    if (!curvature.every(Number.isFinite)) {
      throw new Error(`calibration: expected finite gradients of emb_l.${table}.weight, found others`);
    }
    for (let i = 0; i < dim; i++) {
      for (let j = i; j < dim; j++) {
        curvature[i * dim + j]! /= done;
        curvature[j * dim + i] = curvature[i * dim + j]!;
      }
    }
  });
  return curvatures;
}

/** Adds p (1 - p) J J^T of each lookup to the upper triangle of its table's sum. */
function addProducts(
  sums: readonly Float64Array[],
  probabilities: Float32Array,
  gradients: Float32Array,
  dim: number,
): void {
  let from = 0;
  for (const probability of probabilities) {
    const slope = probability * (1 - probability);
    for (const sum of sums) {
      for (let i = 0; i < dim; i++) {
        const scaled = slope * gradients[from + i]!;
        for (let j = i; j < dim; j++) sum[i * dim + j]! += scaled * gradients[from + j]!;
      }
      from += dim;
    }
  }
}
