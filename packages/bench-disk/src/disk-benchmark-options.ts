import type { BlockShape, DumpFormat, Shard, SparseModelMetadata } from '@ds/bench-models';
import type { Calibration } from './measure-importance.js';

/** The models that bench-disk keeps. */
export const keptModels = ['all', 'none'] as const;
/** All models as files, or none. */
export type KeptModels = (typeof keptModels)[number];

/** A model whose file was kept. */
export interface DumpedMetadata extends SparseModelMetadata {
  path: string;
}

/** The options of `runDiskBenchmark`. */
export interface DiskBenchmarkOptions {
  /** The trained model: .ckpt, .pt, .pth, .safetensors or .npz. */
  modelPath: string;
  /** The folder for the models; created if missing. Not needed if none are kept. */
  dumpPath?: string | undefined;
  /** The CSV to write. */
  output: string;
  /** Fractions of the blocks to prune, each in [0, 1]. Default: the original's 20. */
  sparsityLevels?: readonly number[];
  /** Rows x columns of a block. Default: (1, 1) and (1, 4). */
  sparseBlockShapes?: readonly BlockShape[];
  /** Norms by which blocks are ranked. Default: L1 and L2. */
  norms?: readonly string[];
  /** Include L2 with (1, 1), which ranks as L1 does. Default: false, as in the original's code. */
  allCombinations?: boolean;
  /** Bits per value, for methods that store every row with the same number. Default: 8, 4 and 2. */
  bits?: readonly number[];
  /** Compression ratios of mixed-precision tables. Default: 8, 16, 30, 56, 100, 170 and 300. */
  ratios?: readonly number[];
  /** The ids of the `methods`. Default: block-norm, the original's. */
  methods?: readonly string[] | undefined;
  /** Selects methods by scope, `table` or `global`, instead of `methods`. */
  scope?: readonly string[] | undefined;
  /** Training rows, for methods that need them. */
  calibration?: Calibration | undefined;
  /** The format of the models. Default: dense. */
  format?: DumpFormat;
  /**
   * Which models stay on disk. With `none`, sizes are counted without writing anything; the rows have no paths, and the other
   * benchmarks make the models again from the trained one. Default: all.
   */
  keepModels?: KeptModels;
  /** Only this part of the grid. Default: the whole grid. */
  shard?: Shard;
  /** Default: the available processors. */
  threads?: number;
  /** Names of the tables to prune; `*` stands for any characters. Default: the tables recognised by name. */
  tables?: readonly string[] | undefined;
  /** Dump all models again, also those that a run that ended early has finished. Default: false. */
  fresh?: boolean;
  /** Called with the number of models that an earlier run finished, if there are any, and of all. */
  onResumed?: (finished: number, total: number) => void;
  /** Called with notes on the checkpoint for the user, one line each. */
  onNote?: (note: string) => void;
  /** Called with the number of models written and the total. */
  onProgress?: (done: number, total: number) => void;
}
