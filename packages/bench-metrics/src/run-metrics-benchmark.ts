import { itemsOfShard, readSparseModelMetadata, writeResultsCsv, type Shard } from '@ds/bench-models';
import { openCriteoDataset } from '@ds/criteo-data';
import { checkTablesFitData, evaluate, type EngineChoice, type EngineDescription } from '@ds/dlrm';
import { binaryClassificationMetrics } from '@ds/dlrm/metrics';
import { loadAhead } from './load-ahead.js';
import { SharedBottom } from './shared-bottom.js';
import { metricsColumns, type SparseModelMetrics } from './metrics-columns.js';

/**
 * Measures the quality of every model of a `sparse_model_metadata.csv` on the test split and writes
 * `sparse_model_metrics.csv`: the benchmark of the original's `evaluate_model_metrics.py`. The values are
 * scikit-learn's.
 *
 * @returns a row for each model, in the order of the CSV, not rounded
 * @throws Error naming the file when an input cannot be read, a model does not fit the data, or the output
 *   cannot be written; no output is then left behind.
 */
export async function runMetricsBenchmark({
  processedDataFile,
  sparseModelMetadata,
  output,
  decimals = 3,
  batchSize = 16384,
  engine,
  shard,
  onEngine,
  onProgress,
}: {
  /** The processed npz file. */
  processedDataFile: string;
  /** The CSV that bench-disk wrote. */
  sparseModelMetadata: string;
  /** The CSV to write. */
  output: string;
  /** Decimals of the metrics in the CSV; Infinity writes every digit. Default: 3, as the original. */
  decimals?: number;
  /** Rows that the model evaluates at once. Default: 16384. */
  batchSize?: number;
  /** What runs the network, as for `Dlrm.load`. */
  engine?: EngineChoice;
  /** Only this part of the models. Default: all. */
  shard?: Shard;
  /** Called once with what runs the networks, and why. */
  onEngine?: (engine: EngineDescription) => void;
  /** Called with the number of models evaluated and to be evaluated. */
  onProgress?: (done: number, total: number) => void;
}): Promise<SparseModelMetrics[]> {
  const models = itemsOfShard(await readSparseModelMetadata(sparseModelMetadata), shard);
  const dataset = await openCriteoDataset({ processedDataFile, split: 'test' });
  try {
    return await writeResultsCsv({
      path: output,
      columns: metricsColumns(decimals),
      makeRows: async () => {
        const rows: SparseModelMetrics[] = [];
        onProgress?.(0, models.length);
        const paths = models.map(({ path }) => path);
        const bottom = new SharedBottom();
        for await (const { dlrm, state } of loadAhead(paths, { engine })) {
          const { norm, sparseBlockShape, sparsityLevel, path } = models[rows.length]!;
          const { config } = dlrm;
          if (rows.length === 0) onEngine?.(dlrm.engine);
          checkTablesFitData({
            config,
            counts: dataset.counts,
            modelPath: path,
            dataPath: processedDataFile,
          });
          const { labels, scores } = await evaluate({ model: bottom.model(dlrm, state), dataset, batchSize });
          const metrics = binaryClassificationMetrics(labels, scores);
          rows.push({ norm, sparseBlockShape, sparsityLevel, ...metrics });
          onProgress?.(rows.length, models.length);
        }
        return rows;
      },
    });
  } finally {
    await dataset.close();
  }
}
