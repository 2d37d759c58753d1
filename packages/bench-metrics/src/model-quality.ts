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
  pairedAucDifference,
  type BinaryClassificationMetrics,
} from '@ds/dlrm/metrics';
import { nonFiniteValue } from '@ds/tensor-files';
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
    const { processedDataFile, batchSize, dayCounts, onBroken, onNote, engine, onEngine } = settings;
    const dataset = await openCriteoDataset({ processedDataFile, split: 'test', dayCounts });
    try {
      const opened = [
        ...(settings.unpruned === undefined ? [] : [settings.unpruned]),
        ...models.map(({ model }) => model),
      ];
      const source = new ModelSource({ ...settings, models: opened });
      const openings = opened.map((model) => () => source.open(model, { tables: 'dense' }));
      let unpruned: Scored | undefined;
      const bottom = new SharedBottom();
      let done = 0;
      for await (const { dlrm, state } of loadAhead(openings, { engine })) {
        if (done === 0) onEngine?.(dlrm.engine);
        checkTablesFitData({
          config: dlrm.config,
          metadata: dlrm.metadata,
          counts: dataset.counts,
          idsFingerprint: dataset.idsFingerprint,
          denseFeatures: dataset.denseFeatures,
          modelPath: source.nameOf(opened[done]!),
          dataPath: processedDataFile,
          onNote: done++ === 0 ? onNote : undefined,
        });
        const { labels, scores } = await evaluate({ model: bottom.model(dlrm, state), dataset, batchSize });
        const isFinite = scores.every(Number.isFinite);
        if (done === 1 && settings.unpruned !== undefined) {
          if (isFinite) unpruned = { scores, metrics: binaryClassificationMetrics(labels, scores) };
          continue;
        }
        if (isFinite) {
          const metrics = binaryClassificationMetrics(labels, scores);
          yield { ...metrics, ...changes(labels, unpruned, { scores, metrics }) };
        } else {
          const fault =
            nonFiniteValue(state) ??
            'expected finite scores, found other scores although its values are finite';
          onBroken(`${source.nameOf(opened[done - 1]!)}: ${fault}`);
          yield {};
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

/** What changes from the unpruned model to another; nothing where the rows do not tell. */
function changes(labels: Float32Array, before: Scored | undefined, after: Scored): Partial<ModelMetrics> {
  const positives = labels.reduce((sum, label) => sum + label, 0);
  if (!before || Math.min(positives, labels.length - positives) < 2) return {};
  const { difference, interval } = pairedAucDifference(labels, before.scores, after.scores);
  return {
    rocAucChange: difference,
    rocAucChangeLower: interval[0],
    rocAucChangeUpper: interval[1],
    logLossChange: after.metrics.logLoss! - before.metrics.logLoss!,
  };
}
