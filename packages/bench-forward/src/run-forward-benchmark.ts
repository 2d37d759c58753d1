import {
  itemsOfShard,
  modelsWithLevels,
  readSparseModelMetadata,
  servedFile,
  writeResultsCsv,
  type Shard,
} from '@ds/bench-models';
import { firstTestBatch } from '@ds/criteo-data';
import { checkTablesFitData, type EngineChoice, type EngineDescription } from '@ds/dlrm';
import { dlrmTypes, forwardColumns, type DlrmType, type ForwardTime } from './forward-columns.js';
import { openPass } from './open-pass.js';
import { timeRuns } from './time-runs.js';

/**
 * Times the forward pass of every model of a `sparse_model_metadata.csv`, first with the features before the
 * top MLP as a sparse matrix, then dense, then on sparse tables, and writes `dlrm_forward_time_info.csv`: the
 * benchmark of the original's `evaluate_forward_time.py`. The batch is the first of the test split.
 *
 * @throws Error naming the file when an input cannot be read, a model does not fit the data, no model has
 *   one of the wanted levels, or the output cannot be written; no output is then left behind.
 */
export async function runForwardBenchmark({
  processedDataFile,
  sparseModelMetadata,
  output,
  runs = 100,
  batchSize = 16384,
  sparsityLevels,
  types = dlrmTypes,
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
  /** Forward passes for each model, the first of which is not counted; at least 2. Default: 100. */
  runs?: number;
  /** Rows of the batch; fewer where the test split has fewer. Default: 16384. */
  batchSize?: number;
  /** Time only the models with these levels. Default: all. */
  sparsityLevels?: readonly number[];
  /** Which forward passes. Default: all three, the original's two first. */
  types?: readonly DlrmType[];
  /** What runs the network, as for `Dlrm.load`. */
  engine?: EngineChoice;
  /** Only this part of the rows. Default: all. */
  shard?: Shard;
  /** Called once with what runs the networks, and why. */
  onEngine?: (engine: EngineDescription) => void;
  /** Called with the number of models timed and to be timed, each type counted by itself. */
  onProgress?: (done: number, total: number) => void;
}): Promise<ForwardTime[]> {
  if (!(Number.isSafeInteger(runs) && runs >= 2)) {
    throw new Error(`expected at least 2 runs, of which the first is not counted, found ${runs}`);
  }
  const models = modelsWithLevels(
    sparseModelMetadata,
    await readSparseModelMetadata(sparseModelMetadata),
    sparsityLevels,
  );
  const { batch, counts } = await firstTestBatch({ processedDataFile, batchSize });
  return writeResultsCsv({
    path: output,
    columns: forwardColumns,
    makeRows: async () => {
      const rows: ForwardTime[] = [];
      const passes = itemsOfShard(
        dlrmTypes
          .filter((dlrmType) => types.includes(dlrmType))
          .flatMap((dlrmType) => models.map((model) => ({ dlrmType, model }))),
        shard,
      );
      onProgress?.(0, passes.length);
      for (const { dlrmType, model } of passes) {
        const tables = dlrmType === 'sparse_tables' ? 'sparse' : 'dense';
        const { path, blockWidth } = servedFile(model, { tables });
        const pass = await openPass({ path, dlrmType, blockWidth, engine });
        try {
          if (rows.length === 0) onEngine?.(pass.engine);
          checkTablesFitData({ config: pass.config, counts, modelPath: path, dataPath: processedDataFile });
          const timeTaken = await timeRuns(() => pass.forward(batch), runs);
          const { norm, sparseBlockShape, sparsityLevel } = model;
          const point = { norm, sparseBlockShape, sparsityLevel };
          rows.push({ ...point, timeTaken, dlrmType, batchSize: batch.labels.length, runs });
        } finally {
          await pass.dispose();
        }
        onProgress?.(rows.length, passes.length);
      }
      return rows;
    },
  });
}
