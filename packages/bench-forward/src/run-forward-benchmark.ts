import { dlrmTypes, runMeasure, type DlrmType, type MeasuredModels } from '@ds/bench-models';
import { dayCountFiles, type DayCountOptions } from '@ds/criteo-data';
import type { EngineChoice, EngineDescription } from '@ds/dlrm';
import { forwardTime, type ForwardTime } from './forward-time.js';

/**
 * Times the forward pass of every model of a `sparse_model_metadata.csv` with the features before the top MLP as a sparse
 * matrix, dense, and on sparse tables, and writes `dlrm_forward_time_info.csv`. This is the benchmark of the original's
 * `evaluate_forward_time.py`. The batch is the first one of the test split. The models are timed in rounds, and the unpruned
 * model once: its rows for each norm and block shape have the same times.
 *
 * @throws Error naming the file if an input cannot be read, a model does not fit the data, no model has one of the
 *   requested levels, or the output cannot be written; no output is then left behind.
 */
export async function runForwardBenchmark({
  processedDataFile,
  runs = 100,
  batchSize = 16384,
  sparsityLevels,
  types = dlrmTypes,
  modelBytes,
  dayCounts,
  engine,
  onEngine,
  onNote,
  ...models
}: MeasuredModels & {
  /** The processed npz file. */
  processedDataFile: string;
  /** Forward passes for each model, of which the first is not counted; at least 2. Default: 100. */
  runs?: number;
  /** Rows of the batch; fewer if the test split has fewer. Default: 16384. */
  batchSize?: number;
  /** Only models with these levels. Default: all. */
  sparsityLevels?: readonly number[];
  /** The forward passes to time. Default: all three, the original's two first. */
  types?: readonly DlrmType[];
  /**
   * Bytes that the models which are timed in turn may take together; at least one is loaded. Default: half of the available
   * memory.
   */
  modelBytes?: number | undefined;
  /** Where the number of rows of each day comes from, as for `openCriteoDataset`. */
  dayCounts?: DayCountOptions;
  /** What runs the network, as for `Dlrm.load`. */
  engine?: EngineChoice;
  /** Called once with the engine that runs the networks, and why. */
  onEngine?: (engine: EngineDescription) => void;
  /** Called with notes for the user, such as that ids could not be checked. */
  onNote?: (note: string) => void;
}): Promise<ForwardTime[]> {
  if (!(Number.isSafeInteger(runs) && runs >= 2)) {
    throw new Error(`expected at least 2 runs, of which the first is not counted, found ${runs}`);
  }
  return runMeasure({
    ...models,
    measure: forwardTime,
    inputs: [processedDataFile, ...(await dayCountFiles(processedDataFile, dayCounts))],
    settings: {
      ...{ processedDataFile, runs, batchSize, dayCounts, engine, onEngine, onNote },
      // A function, so that a run can be continued with more or less memory.
      maxBytes: () => modelBytes ?? process.availableMemory() / 2,
    },
    sparsityLevels,
    variants: types,
  });
}
