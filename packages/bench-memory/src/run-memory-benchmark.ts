import {
  itemsOfShard,
  modelsWithLevels,
  readSparseModelMetadata,
  servedFile,
  writeResultsCsv,
  type Shard,
} from '@ds/bench-models';
import { firstTestBatch } from '@ds/criteo-data';
import type { EngineChoice, EngineDescription } from '@ds/dlrm';
import { measureModel, tableTypes, type TableType } from './measure-model.js';
import { memoryColumns, type MemoryUse } from './memory-columns.js';

/**
 * Measures every model of a `sparse_model_metadata.csv` in a fresh process of its own, once with dense tables
 * and once with sparse ones, one process after another, and writes `model_memory_info.csv`. Sparse tables are
 * read from the sparse file where the CSV has one, else made from the dense file.
 *
 * @returns a row for each table type and model: all models with dense tables, then all with sparse ones
 * @throws Error naming the file when an input cannot be read, a model does not fit the data, no model has one
 *   of the wanted levels, or the output cannot be written; no output is then left behind.
 */
export async function runMemoryBenchmark({
  processedDataFile,
  sparseModelMetadata,
  output,
  batchSize = 16384,
  sparsityLevels,
  types = tableTypes,
  engine,
  shard,
  onEngine,
  onProgress,
}: {
  /** The processed npz file, whose first test batch is served. */
  processedDataFile: string;
  /** The CSV that bench-disk wrote. */
  sparseModelMetadata: string;
  /** The CSV to write. */
  output: string;
  /** Rows of the batch; fewer where the test split has fewer. Default: 16384. */
  batchSize?: number;
  /** Measure only the models with these levels. Default: all. */
  sparsityLevels?: readonly number[];
  /** Which tables. Default: both. */
  types?: readonly TableType[];
  /** What runs the network, as for `Dlrm.load`. */
  engine?: EngineChoice;
  /** Only this part of the rows. Default: all. */
  shard?: Shard;
  /** Called once with what runs the networks, and why. */
  onEngine?: (engine: EngineDescription) => void;
  /** Called with the number of processes that are done and to be done. */
  onProgress?: (done: number, total: number) => void;
}): Promise<MemoryUse[]> {
  const models = modelsWithLevels(
    sparseModelMetadata,
    await readSparseModelMetadata(sparseModelMetadata),
    sparsityLevels,
  );
  const data = await firstTestBatch({ processedDataFile, batchSize });
  const wanted = tableTypes.filter((dlrmType) => types.includes(dlrmType));
  const served = itemsOfShard(
    wanted.flatMap((dlrmType) => models.map((model) => ({ dlrmType, model }))),
    shard,
  );
  return writeResultsCsv({
    path: output,
    columns: memoryColumns,
    makeRows: async () => {
      const rows: MemoryUse[] = [];
      onProgress?.(0, served.length);
      for (const { dlrmType, model } of served) {
        const tables = dlrmType === 'sparse_tables' ? 'sparse' : 'dense';
        const { memory, engine: taken } = await measureModel({
          ...servedFile(model, { tables }),
          tables,
          ...data,
          processedDataFile,
          engine,
        });
        if (rows.length === 0) onEngine?.(taken);
        const { norm, sparseBlockShape, sparsityLevel } = model;
        rows.push({ norm, sparseBlockShape, sparsityLevel, dlrmType, ...memory });
        onProgress?.(rows.length, served.length);
      }
      return rows;
    },
  });
}
