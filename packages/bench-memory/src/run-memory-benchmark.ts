import { runMeasure, tableTypes, type MeasuredModels, type TableType } from '@ds/bench-models';
import { dayCountFiles, type DayCountOptions } from '@ds/criteo-data';
import type { EngineChoice, EngineDescription } from '@ds/dlrm';
import { memoryUse, type MemoryUse } from './memory-use.js';

/**
 * Measures every model of a `sparse_model_metadata.csv` in a fresh process, once with dense tables and once with sparse
 * ones, one process after another, and writes `model_memory_info.csv`. Sparse tables are read from the sparse file if the
 * CSV has one, otherwise built from the dense file.
 *
 * @returns a row for each table type and model: all models with dense tables, then all with sparse ones
 * @throws Error naming the file if an input cannot be read, a model does not fit the data, no model has one of the
 *   requested levels, or the output cannot be written; no output is then left behind.
 */
export async function runMemoryBenchmark({
  processedDataFile,
  batchSize = 16384,
  sparsityLevels,
  types = tableTypes,
  dayCounts,
  engine,
  onEngine,
  onNote,
  ...models
}: MeasuredModels & {
  /** The processed npz file, whose first test batch is served. */
  processedDataFile: string;
  /** Rows of the batch; fewer if the test split has fewer. Default: 16384. */
  batchSize?: number;
  /** Only models with these levels. Default: all. */
  sparsityLevels?: readonly number[];
  /** The kinds of tables to measure. Default: both. */
  types?: readonly TableType[];
  /** Where the number of rows of each day comes from, as for `openCriteoDataset`. */
  dayCounts?: DayCountOptions;
  /** What runs the network, as for `Dlrm.load`. */
  engine?: EngineChoice;
  /** Called once with the engine that runs the networks, and why. */
  onEngine?: (engine: EngineDescription) => void;
  /** Called with notes for the user, such as that ids could not be checked. */
  onNote?: (note: string) => void;
}): Promise<MemoryUse[]> {
  return runMeasure({
    ...models,
    measure: memoryUse,
    inputs: [processedDataFile, ...(await dayCountFiles(processedDataFile, dayCounts))],
    settings: { processedDataFile, output: models.output, batchSize, dayCounts, engine, onEngine, onNote },
    sparsityLevels,
    variants: types,
  });
}
