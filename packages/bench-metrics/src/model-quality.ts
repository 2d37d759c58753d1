import { ModelSource } from '@ds/bench-disk';
import {
  modelMetricsColumns,
  type GridPoint,
  type MadeFrom,
  type Measure,
  type ModelMetrics,
  type SparseModelMetadata,
} from '@ds/bench-models';
import { openCriteoDataset, type DayCountOptions } from '@ds/criteo-data';
import { checkTablesFitData, evaluate, type EngineChoice, type EngineDescription } from '@ds/dlrm';
import {
  binaryClassificationMetrics,
  pairedAucDifferenceFrom,
  type BinaryClassificationMetrics,
} from '@ds/dlrm/metrics';
import { nonFiniteValue } from '@ds/tensor-files';
import { firstOfEachModel, modelKey } from './first-of-each-model.js';
import { loadAhead } from './load-ahead.js';
import { SharedBottom } from './shared-bottom.js';

/** Quality of one pruned model: a row of `sparse_model_metrics.csv`, not rounded. */
export interface SparseModelMetrics extends GridPoint, BinaryClassificationMetrics {
  /** ROC AUC minus that of the unpruned model; undefined if there is none, as are the next three. */
  rocAucChange?: number;
  /** Lower end of its paired 95 % interval. */
  rocAucChangeLower?: number;
  /** Upper end. */
  rocAucChangeUpper?: number;
  /** Log loss less that of the unpruned model. */
  logLossChange?: number;
}

/** The metrics of every model on the test split. The values are scikit-learn's. */
export const modelQuality: Measure<
  {
    processedDataFile: string;
    batchSize: number;
    /** The unpruned model, which the others are compared with. */
    unpruned: SparseModelMetadata | undefined;
    /** What models without a file are made from. */
    madeFrom?: MadeFrom | undefined;
    dayCounts?: DayCountOptions | undefined;
    /** Called with a model whose scores are not finite, and the reason; its metrics are left undefined. */
    onBroken: (reason: string) => void;
    onNote?: ((note: string) => void) | undefined;
    engine?: EngineChoice | undefined;
    onEngine?: ((engine: EngineDescription) => void) | undefined;
  },
  ModelMetrics,
  'dense'
> = {
  id: 'quality',
  columns: modelMetricsColumns,
  variants: ['dense'],
  async *rows(models, settings) {
    const { processedDataFile, batchSize, unpruned, dayCounts, onBroken, onNote, engine, onEngine } =
      settings;
    const dataset = await openCriteoDataset({ processedDataFile, split: 'test', dayCounts });
    try {
      if (dataset.length === 0)
        throw new Error(`${processedDataFile}: expected rows in the test split, found none`);
      const rows = models.map(({ model }) => model);
      const opened = firstOfEachModel([...(unpruned ? [unpruned] : []), ...rows]);
      const source = new ModelSource({ ...settings, models: opened });
      const openings = opened.map((model) => () => source.open(model, { tables: 'dense' }));
      const measured = new Map<string, ModelMetrics | { fault: string }>();
      let changesFrom: ChangesFrom | undefined;
      const bottom = new SharedBottom();
      let yielded = 0;
      for await (const { dlrm, state } of loadAhead(openings, { engine })) {
        const model = opened[measured.size]!;
        const isFirst = measured.size === 0;
        if (isFirst) onEngine?.(dlrm.engine);
        checkTablesFitData({
          config: dlrm.config,
          metadata: dlrm.metadata,
          counts: dataset.counts,
          idsFingerprint: dataset.idsFingerprint,
          denseFeatures: dataset.denseFeatures,
          modelPath: source.nameOf(model),
          dataPath: processedDataFile,
          onNote: isFirst ? onNote : undefined,
        });
        const { labels, scores } = await evaluate({ model: bottom.model(dlrm, state), dataset, batchSize });
        if (scores.every(Number.isFinite)) {
          const metrics = binaryClassificationMetrics(labels, scores);
          if (isFirst && unpruned) changesFrom = changesFromUnpruned(labels, { scores, metrics });
          measured.set(modelKey(model), { ...metrics, ...changesFrom?.({ scores, metrics }) });
        } else {
          const fault =
            nonFiniteValue(state) ??
            'expected finite scores, found other scores although its values are finite';
          measured.set(modelKey(model), { fault });
        }
        for (; yielded < rows.length; yielded++) {
          const metrics = measured.get(modelKey(rows[yielded]!));
          if (!metrics) break;
          if ('fault' in metrics) onBroken(`${source.nameOf(rows[yielded]!)}: ${metrics.fault}`);
          yield 'fault' in metrics ? {} : metrics;
        }
      }
    } finally {
      await dataset.close();
    }
  },
};

interface Scored {
  scores: Float32Array;
  metrics: BinaryClassificationMetrics;
}

type ChangesFrom = (after: Scored) => Partial<ModelMetrics>;

/** What changes from the unpruned model to another; nothing where the rows do not tell. */
function changesFromUnpruned(labels: Float32Array, before: Scored): ChangesFrom {
  const positives = labels.reduce((sum, label) => sum + label, 0);
  if (Math.min(positives, labels.length - positives) < 2) return () => ({});
  const aucDifference = pairedAucDifferenceFrom(labels, before.scores);
  return ({ scores, metrics }) => {
    const { difference, interval } = aucDifference(scores);
    return {
      rocAucChange: difference,
      rocAucChangeLower: interval[0],
      rocAucChangeUpper: interval[1],
      logLossChange: metrics.logLoss! - before.metrics.logLoss!,
    };
  };
}
