import { maskSmallest } from '@ds/activation-sparsifier';
import {
  activationSparsityColumns,
  activationVariants,
  type ActivationPoint,
  type ActivationSparsity,
  type ActivationVariant,
  type Measure,
} from '@ds/bench-models';
import { usedTables, type DlrmConfig } from '@ds/dlrm';
import { columnMeans } from './column-statistics.js';
import { openModels, type ModelOptions, type ModelWithTables } from './open-models.js';
import { openVariant } from './open-variant.js';
import { pairedTimes } from './paired-times.js';
import { qualityColumns, qualityOf, type Quality } from './quality.js';
import { scoreOf } from './scores/scores.js';

/** One model without some of its activations: a row of `activation_sparsity.csv`. */
export interface SparseActivations extends ActivationPoint, ActivationSparsity<ActivationVariant> {}

/** Quality on the test split and forward time on its first batch, of a model without some columns of z. */
export const activationSparsity: Measure<
  ModelOptions & {
    /** Rows evaluated at a time, and rows of the timed batch. */
    batchSize: number;
    /** Forward passes of each model; the first is not counted. */
    runs: number;
  },
  ActivationSparsity<ActivationVariant>,
  ActivationVariant,
  ActivationPoint
> = {
  id: 'activations',
  columns: activationSparsityColumns,
  variants: activationVariants,
  async *rows(items, { batchSize, runs, ...options }) {
    if (items.length === 0) return;
    const models = await openModels(options);
    try {
      const { testRows, dense } = models;
      for (const { model } of items) expectKept(dense.config.topMlp[0]!, model);
      const batch = await firstBatch(testRows, batchSize);
      const denseQuality = await qualityOf(dense, testRows, batchSize);
      // Several rows can have the same model: at level 0 all scores keep everything.
      const known = new Map<string, Quality>();
      for (const { model: point, variant } of items) {
        const withTables = await models.withTables(point.tables);
        const mask = maskOf(withTables, point);
        const means = columnMeans(withTables.statistics);
        const opened = await openVariant({ variant, model: withTables.model, mask, means, ...options });
        try {
          const key = [point.tables, variant, mask.data.join('')].join();
          const quality = known.get(key) ?? (await qualityOf(opened, testRows, batchSize));
          known.set(key, quality);
          const times = await pairedTimes(
            () => dense.forward(batch),
            () => opened.forward(batch),
            runs,
          );
          yield {
            dlrmType: variant,
            ...keptParts(withTables.model.config, mask.data),
            tableBytes: withTables.tableBytes,
            ...qualityColumns(quality, denseQuality),
            timeTaken: times.second,
            denseTimeTaken: times.first,
            speedup: times.ratio,
            batchSize: batch.labels.length,
            runs,
          };
        } finally {
          await opened.close();
        }
      }
    } finally {
      await models.close();
    }
  },
};

/** @throws Error if a level drops all columns of z */
function expectKept(width: number, { sparsityLevel }: ActivationPoint): void {
  const { data } = maskSmallest({ data: new Float32Array(width), shape: [width] }, { sparsityLevel });
  if (data.includes(1)) return;
  throw new Error(
    `sparsity level ${sparsityLevel}: all ${width} columns of z would be dropped, nothing is left to predict from`,
  );
}

function maskOf({ model, statistics, weight }: ModelWithTables, { score, sparsityLevel }: ActivationPoint) {
  const data = Float32Array.from(scoreOf(score).of(statistics, weight));
  return maskSmallest({ data, shape: [model.config.topMlp[0]!] }, { sparsityLevel });
}

function keptParts(config: DlrmConfig, mask: Float32Array) {
  const all = config.keptFeatures ?? Array.from(mask.keys());
  const keptFeatures = all.filter((_, column) => mask[column] !== 0);
  return {
    keptFeatures: keptFeatures.length,
    keptPairs: keptFeatures.filter((feature) => feature >= config.embeddingDim).length,
    usedTables: usedTables({ ...config, keptFeatures }).length,
  };
}

async function firstBatch(testRows: Awaited<ReturnType<typeof openModels>>['testRows'], batchSize: number) {
  for await (const batch of testRows.batches({ batchSize })) return batch;
  throw new Error('expected rows in the test split, found none');
}
