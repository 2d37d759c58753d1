import { modelMetricsColumns, runMeasure, type MeasuredModels } from '@ds/bench-models';
import { dayCountFiles, type DayCountOptions } from '@ds/criteo-data';
import type { EngineChoice, EngineDescription } from '@ds/dlrm';
import { modelQuality, type SparseModelMetrics } from './model-quality.js';
import { roundedColumns } from './rounded-columns.js';

/**
 * Measures the quality of every model of a `sparse_model_metadata.csv` on the test split and writes
 * `sparse_model_metrics.csv`: the benchmark of the original's `evaluate_model_metrics.py`. The values are
 * scikit-learn's.
 *
 * @returns a row for each model, in the order of the CSV, not rounded
 * @throws Error naming the file when an input cannot be read, a model does not fit the data, or the output
 *   cannot be written; no output is then left behind. Error naming the models whose weights are no numbers, when the
 *   others are measured and written, theirs with empty cells.
 */
export async function runMetricsBenchmark({
  processedDataFile,
  decimals = 3,
  batchSize = 16384,
  dayCounts,
  engine,
  onEngine,
  onNote,
  ...models
}: MeasuredModels & {
  /** The processed npz file. */
  processedDataFile: string;
  /** Decimals of the metrics in the CSV; Infinity writes every digit. Default: 3, as the original. */
  decimals?: number;
  /** Rows that the model evaluates at once. Default: 16384. */
  batchSize?: number;
  /** Where the rows of the days come from, as for `openCriteoDataset`. */
  dayCounts?: DayCountOptions;
  /** What runs the network, as for `Dlrm.load`. */
  engine?: EngineChoice;
  /** Called once with what runs the networks, and why. */
  onEngine?: (engine: EngineDescription) => void;
  /** Called with what the user should know, such as that ids could not be checked. */
  onNote?: (note: string) => void;
}): Promise<SparseModelMetrics[]> {
  const broken: string[] = [];
  const rows = await runMeasure({
    ...models,
    measure: { ...modelQuality, columns: roundedColumns(modelMetricsColumns, decimals) },
    inputs: [processedDataFile, ...(await dayCountFiles(processedDataFile, dayCounts))],
    settings: {
      processedDataFile,
      batchSize,
      dayCounts,
      onBroken: (reason) => broken.push(reason),
      onNote,
      engine,
      onEngine,
    },
  });
  if (broken.length > 0) {
    throw new Error(`${broken.join('; ')}; the other models are in ${models.output}`);
  }
  return rows as SparseModelMetrics[];
}
