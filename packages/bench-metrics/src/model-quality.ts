import { modelMetricsColumns, type GridPoint, type Measure, type ModelMetrics } from '@ds/bench-models';
import { openCriteoDataset, type DayCountOptions } from '@ds/criteo-data';
import { checkTablesFitData, evaluate, type EngineChoice, type EngineDescription } from '@ds/dlrm';
import { binaryClassificationMetrics, type BinaryClassificationMetrics } from '@ds/dlrm/metrics';
import { nonFiniteValue } from '@ds/tensor-files';
import { loadAhead } from './load-ahead.js';
import { SharedBottom } from './shared-bottom.js';

/** Quality of one pruned model: a row of `sparse_model_metrics.csv`, not rounded. */
export interface SparseModelMetrics extends GridPoint, BinaryClassificationMetrics {}

/** The metrics of every model on the test split. The values are scikit-learn's. */
export const modelQuality: Measure<
  {
    processedDataFile: string;
    batchSize: number;
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
  async *rows(models, { processedDataFile, batchSize, dayCounts, onBroken, onNote, engine, onEngine }) {
    const dataset = await openCriteoDataset({ processedDataFile, split: 'test', dayCounts });
    try {
      const paths = models.map(({ model }) => model.path);
      const bottom = new SharedBottom();
      let done = 0;
      for await (const { dlrm, state } of loadAhead(paths, { engine })) {
        if (done === 0) onEngine?.(dlrm.engine);
        checkTablesFitData({
          config: dlrm.config,
          metadata: dlrm.metadata,
          counts: dataset.counts,
          idsFingerprint: dataset.idsFingerprint,
          denseFeatures: dataset.denseFeatures,
          modelPath: paths[done]!,
          dataPath: processedDataFile,
          onNote: done++ === 0 ? onNote : undefined,
        });
        const { labels, scores } = await evaluate({ model: bottom.model(dlrm, state), dataset, batchSize });
        if (scores.every(Number.isFinite)) {
          yield binaryClassificationMetrics(labels, scores);
        } else {
          const fault =
            nonFiniteValue(state) ??
            'expected finite scores, found other scores although its values are finite';
          onBroken(`${paths[done - 1]}: ${fault}`);
          yield {};
        }
      }
    } finally {
      await dataset.close();
    }
  },
};
