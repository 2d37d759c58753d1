import type { EmbeddingTable } from '@ds/data-sparsifier';
import type { SparseTableLike, StateDict } from '@ds/tensor-files';
import type { GridPoint } from './grid-point.js';

/** A setting of a method: an option of the commands, and a field of what `grid` takes. */
export interface MethodSetting {
  /** The field. */
  name: string;
  /** The option: `--norms <list>`. */
  flag: string;
  /** What the help says of it. */
  description: string;
  /** How the option's text is read: a list of numbers, of words, or of what a function reads; or no text at all. */
  values: 'numbers' | 'words' | 'switch' | ((part: string) => unknown);
  /** Its value where none is given. */
  byDefault: unknown;
  /** The default as it would be typed. */
  defaultText?: string;
}

/** What a sweep found out about the tables: plain data that goes to other threads, its large arrays in shared memory. */
export interface SweepPlan {
  /** By the table's name; opaque to all but the method. */
  tables: Readonly<Record<string, Uint8Array>>;
  /** The points that the plan is for. */
  points: readonly GridPoint[];
}

/** The tables of a model compressed as one point says, each made when it is asked for. */
export interface CompressedTables {
  /** Names of the tables. */
  readonly names: readonly string[];
  /** The values of a dense table, (rows, dim), in pieces of whole rows. */
  pieces(name: string): Iterable<Float32Array>;
  /** The table as a model serves it from memory. */
  embeddingTable(name: string): EmbeddingTable;
  /** The table as `writeSparseCheckpoint` takes it; made anew each time that its parts are read. */
  fileParts(name: string): SparseTableLike;
  /** Seconds for compressing every table once: the mean of all the times that it was done. */
  readonly secondsTaken: number;
  /** Values of all tables that became 0. */
  readonly prunedValues: number;
}

/** A way of compressing embedding tables: the models of a grid, and how each is made. */
export interface Method {
  /** Its name in code and files. */
  id: string;
  /** Its name for readers. */
  label: string;
  /** What `--scope` and the column `scope` call it. */
  scope: string;
  /** Whether the tables alone decide, or rows of training data as well. */
  needs: 'tables' | 'calibration';
  /** What its grid takes. */
  settings: readonly MethodSetting[];
  /**
   * The models of the grid in their order; those of one list are made by one sweep.
   *
   * @throws Error naming the setting that makes no sense.
   */
  grid(settings: object): GridPoint[][];
  /** Works out one of the lists for the tables of a model by name, over SharedArrayBuffers. */
  sweep(
    tables: StateDict,
    points: readonly GridPoint[],
    context: { threads: number | undefined },
  ): Promise<SweepPlan>;
  /** The plan's tables, found in the state dict by their names, as one of its points has them; on any thread. */
  compress(stateDict: StateDict, plan: SweepPlan, point: GridPoint): CompressedTables;
  /** The curve of a chart that a point is on: its points differ in their level alone. */
  curve(point: GridPoint): {
    /** What the legend calls it. */
    name: string;
    /** Whether its line is dashed. */
    dashed: boolean;
  };
  /** Where a model goes inside the folder of all: the folders, and its name without extension. */
  file(point: GridPoint): {
    /** The folders, outermost first. */
    folders: string[];
    /** The name without extension. */
    name: string;
  };
}
