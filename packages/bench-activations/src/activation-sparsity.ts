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
import { columnMeans, inputNameOf, zLayer } from './column-statistics.js';
import { openModels, type ModelOptions, type ModelWithTables, type OpenModels } from './open-models.js';
import { openVariant, type LayerMask } from './open-variant.js';
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
      const { testRows, dense, layers } = models;
      for (const { model } of items) layers.forEach((layer) => expectKept(layer, model));
      const batch = await firstBatch(testRows, batchSize);
      const denseQuality = await qualityOf(dense, testRows, batchSize);
      // Several rows can have the same model: at level 0 all scores keep everything.
      const known = new Map<string, Quality>();
      for (const { model: point, variant } of items) {
        const withTables = await models.withTables(point.tables);
        const masks = masksOf(withTables, point);
        const opened = await openVariant({ variant, model: withTables.model, masks, ...options });
        try {
          const key = [point.tables, variant, ...masks.map(({ mask }) => mask.data.join(''))].join();
          const quality = known.get(key) ?? (await qualityOf(opened, testRows, batchSize));
          known.set(key, quality);
          const times = await pairedTimes(
            () => dense.forward(batch),
            () => opened.forward(batch),
            runs,
          );
          yield {
            dlrmType: variant,
            ...keptParts(withTables.model.config, masks),
            tableBytes: withTables.tableBytes,
            ...qualityColumns(quality, denseQuality),
            timeTaken: times.second,
            denseTimeTaken: times.first,
            speedup: times.ratio,
            batchSize: batch.labels.length,
            runs,
            layers: layers.map(({ layer }) => layer).join('+'),
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

/** @throws Error if a level drops all columns of a layer's input */
function expectKept(
  { layer, width }: OpenModels['layers'][number],
  { sparsityLevel }: ActivationPoint,
): void {
  const { data } = maskSmallest({ data: new Float32Array(width), shape: [width] }, { sparsityLevel });
  if (data.includes(1)) return;
  throw new Error(
    `sparsity level ${sparsityLevel}: all ${width} columns of ${inputNameOf(layer)} would be dropped, nothing is left to predict from`,
  );
}

function masksOf({ inputs }: ModelWithTables, { score, sparsityLevel }: ActivationPoint): LayerMask[] {
  return inputs.map(({ layer, weight, statistics }) => {
    const data = Float32Array.from(scoreOf(score).of(statistics, weight));
    const mask = maskSmallest({ data, shape: [data.length] }, { sparsityLevel });
    return { layer, mask, means: columnMeans(statistics) };
  });
}

function keptParts(config: DlrmConfig, masks: readonly LayerMask[]) {
  const z = masks.find(({ layer }) => layer === zLayer)?.mask.data;
  const all = config.keptFeatures ?? Array.from({ length: config.topMlp[0]! }, (_, column) => column);
  const keptFeatures = all.filter((_, column) => z?.[column] !== 0);
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
