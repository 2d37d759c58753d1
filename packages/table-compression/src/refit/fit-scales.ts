import type { Dlrm, LabelledDataset } from '@ds/dlrm';
import { RidgeStep } from './ridge-step.js';
import type { ScalableTable } from './scalable-table.js';

const batchSize = 4096;
// A scale is expected to be about 0.2, so it takes a few hundred lookups to move one.
const ridge = 25;
const [lowest, highest] = [-0.5, 1];

/**
 * Fits the scales of tables to labels, by one Newton step on the logit linearised at the model, with a ridge penalty.
 *
 * @param columns for each table its column among the model's tables
 * @returns for each table its scales, between -0.5 and 1: parts are to be multiplied by 1 + scale
 */
export async function fitScales({
  model,
  tables,
  columns,
  dataset,
}: {
  model: Dlrm;
  tables: readonly ScalableTable<unknown>[];
  columns: readonly number[];
  /** Rows that nothing else was fitted to. */
  dataset: LabelledDataset;
}): Promise<Float64Array[]> {
  let count = 0;
  const firsts = tables.map(({ scales }) => (count += scales) - scales);
  const step = new RidgeStep(count, ridge);
  const { embeddingDim: dim, tableRows } = model.config;
  for await (const batch of dataset.batches({ batchSize })) {
    const { probabilities, rows } = await model.rowGradients(batch);
    for (let example = 0; example < batch.labels.length; example++) {
      const scales: number[] = [];
      const features: number[] = [];
      tables.forEach((table, index) => {
        const lookup = example * tableRows.length + columns[index]!;
        table.partsOf(batch.sparse[lookup]!, (scale, values) => {
          let product = 0;
          for (let at = 0; at < dim; at++) product += values[at]! * rows[lookup * dim + at]!;
          scales.push(firsts[index]! + scale);
          features.push(product);
        });
      });
      step.add(scales, features, probabilities[example]!, batch.labels[example]!);
    }
  }
  const fitted = step.solve().map((scale) => Math.max(lowest, Math.min(highest, scale)));
  return tables.map(({ scales }, index) => fitted.slice(firsts[index], firsts[index]! + scales));
}
