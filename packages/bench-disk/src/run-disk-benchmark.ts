import { extname } from 'node:path';
import { loadCheckpoint, writeCheckpoint } from '@ds/dlrm';
import { DeflatedBlocks } from '@ds/files';
import { collectGarbage } from './collect-garbage.js';
import { dumpModel } from './dump-model.js';
import { benchmarkGrid, type BlockShape, type GridRow } from './grid.js';
import { gridRowsOfShard } from './grid-shard.js';
import { metadataColumns, type SparseModelMetadata } from './metadata.js';
import { modelName, modelZipPath } from './model-path.js';
import { prunedModels, withOwnTables } from './pruned-models.js';
import { writeResultsCsv } from './results-csv.js';
import { sparseCheckpoint } from './sparse-checkpoint.js';
import type { Shard } from './shard.js';

/**
 * How models are dumped: `dense` as the original does; `sparse` with tables that hold only their kept blocks;
 * `both`, the sparse one in a zip beside the dense one.
 */
export const dumpFormats = ['dense', 'sparse', 'both'] as const;
/** Which tables the dumped models have: every value, only the kept blocks, or a file of each. */
export type DumpFormat = (typeof dumpFormats)[number];

/**
 * Prunes the embedding tables of a trained model with every norm, block shape and level of a grid, writes
 * each model as a zip and `sparse_model_metadata.csv` over all of them: the benchmark of the original's
 * `evaluate_disk_savings.py`.
 *
 * A model goes to `<dumpPath>/<norm>/config_(1, 4)/criteo_model_norm=<norm>_sl=<level>.zip`. The zip holds a
 * `.ckpt` that PyTorch loads when the input was a PyTorch file, else a `.safetensors`.
 *
 * @returns a row for each model, in the order of the CSV
 * @throws Error naming the value or the file: a grid that `benchmarkGrid` refuses, a checkpoint that cannot
 *   be read, a place that cannot be written. The CSV is then not written, models already dumped stay.
 */
export async function runDiskBenchmark({
  modelPath,
  dumpPath,
  output,
  format = 'dense',
  shard,
  threads,
  onProgress,
  ...grid
}: {
  /** The trained model: .ckpt, .pt, .pth, .safetensors or .npz. */
  modelPath: string;
  /** The folder that the models go to; made if missing. */
  dumpPath: string;
  /** The CSV to write. */
  output: string;
  /** Fractions of the blocks to prune, each in [0, 1]. Default: the original's 20. */
  sparsityLevels?: readonly number[];
  /** Rows x columns of a block. Default: (1, 1) and (1, 4). */
  sparseBlockShapes?: readonly BlockShape[];
  /** Norms that order the blocks. Default: L1 and L2. */
  norms?: readonly string[];
  /** Keep L2 with (1, 1), whose order is that of L1. Default: false, as in the original's code. */
  allCombinations?: boolean;
  /** How models are dumped. Default: dense. */
  format?: DumpFormat;
  /** Only this part of the grid. Default: the whole. */
  shard?: Shard;
  /** Default: the available processors. */
  threads?: number;
  /** Called with the number of models written and to be written. */
  onProgress?: (done: number, total: number) => void;
}): Promise<SparseModelMetadata[]> {
  const gridRows = gridRowsOfShard(benchmarkGrid(grid), shard);
  const total = gridRows.reduce((sum, { sparsityLevels }) => sum + sparsityLevels.length, 0);
  const extension = dumpExtension(modelPath);
  return writeResultsCsv({
    path: output,
    columns: metadataColumns,
    makeRows: async () => {
      const rows: SparseModelMetadata[] = [];
      onProgress?.(0, total);
      const original = await loadCheckpoint(modelPath, { shared: true });
      const workingCopy = withOwnTables(original);
      // The layers are the same in all models, and so are tables of zeros.
      const reused = new DeflatedBlocks();
      for (const gridRow of gridRows) {
        const models: SparseModelMetadata[] = [];
        const pruned = prunedModels({ original, workingCopy, gridRow, threads });
        for await (const { point, stateDict, stepTimeSec } of pruned) {
          const path = modelZipPath(dumpPath, point);
          const dump = async (zipPath: string, kind: string, checkpoint: AsyncIterable<Uint8Array>) => {
            const entryName = `${modelName(point)}.${kind}`;
            return dumpModel({ path: zipPath, entryName, checkpoint, threads, reused });
          };
          const dense =
            format === 'sparse'
              ? undefined
              : await dump(path, extension, writeCheckpoint({ format: extension, stateDict }));
          const sparsePath = format === 'both' ? path.replace(/zip$/, 'sparse.zip') : path;
          const sparse =
            format === 'dense'
              ? undefined
              : await dump(sparsePath, 'safetensors', sparseCheckpoint(stateDict, point.sparseBlockShape));
          const bytes = (dense ?? sparse)!;
          models.push({
            ...point,
            stepTimeSec,
            zipFileSize: Math.floor(bytes / 2 ** 20),
            path,
            bytes,
            ...(sparse !== undefined && { sparsePath, sparseBytes: sparse }),
          });
          onProgress?.(rows.length + models.length, total);
        }
        rows.push(...inOrder(models, gridRow));
        collectGarbage();
      }
      return rows;
    },
  });
}

/** A model is dumped in the form that it came in, where we can write that whole. */
function dumpExtension(modelPath: string): 'ckpt' | 'safetensors' {
  return ['.safetensors', '.npz'].includes(extname(modelPath).toLowerCase()) ? 'safetensors' : 'ckpt';
}

/** The models come lowest level first; the rows are in the order that was asked for. */
function inOrder(models: readonly SparseModelMetadata[], { sparsityLevels }: GridRow): SparseModelMetadata[] {
  return sparsityLevels.map((level) => models.find(({ sparsityLevel }) => sparsityLevel === level)!);
}
