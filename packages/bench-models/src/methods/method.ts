import type { EmbeddingTable, TableMemory } from '@ds/data-sparsifier';
import type { TableImportance } from '@ds/table-compression';
import type { CheckpointMetadata, StateDict } from '@ds/tensor-files';
import type { GridPoint } from './grid/grid-point.js';

/** A setting of a method: an option of the commands, and a field of the argument of `grid`. */
export interface MethodSetting {
  /** The field. */
  name: string;
  /** The option: `--norms <list>`. */
  flag: string;
  /** The help text. */
  description: string;
  /** How the option's text is parsed: a list of numbers, of words, or of parts that a function parses; or no text at all. */
  values: 'numbers' | 'words' | 'switch' | ((part: string) => unknown);
  /** The default value. */
  byDefault: unknown;
  /** The default as a user would type it. */
  defaultText?: string;
}

/** The result of a sweep over the tables: plain data for other threads, with large arrays in shared memory. */
export interface SweepPlan {
  /** By table name; only the method knows the contents. */
  tables: Readonly<Record<string, unknown>>;
  /** The points of the plan. */
  points: readonly GridPoint[];
}

/** The inputs of a sweep other than the tables. */
export interface SweepContext {
  /** Number of threads. */
  threads: number | undefined;
  /** The importance of the rows of each table, by name; given if the method `needs` calibration. */
  importance?: Readonly<Record<string, TableImportance>> | undefined;
}

/** Gives the array for a piece of a table: `length` values from index `first` of the table on. */
export type PieceMemory = (first: number, length: number) => Float32Array;

/** The tables of a model compressed at one point, each built on demand. */
export interface CompressedTables {
  /** Names of the tables. */
  readonly names: readonly string[];
  /**
   * The values of a dense table, (rows, dim), in pieces of whole rows.
   *
   * @param memoryFor the array for `length` values, those of the table from index `first` on; default: a new one
   */
  pieces(name: string, memoryFor?: PieceMemory): Iterable<Float32Array>;
  /** The table for serving, in `memory` if given. */
  embeddingTable(name: string, options?: { memory?: TableMemory | undefined }): EmbeddingTable;
  /** The bytes of a safetensors file of these tables in their serving form, other tensors and metadata. */
  checkpoint(tensors: StateDict, metadata?: CheckpointMetadata): AsyncIterable<Uint8Array>;
  /** Seconds to compress every table once, without the sweep: the mean if it was done several times. */
  readonly secondsTaken: number;
  /** Whether each value is either kept or set to 0. Default: values may change. */
  readonly keepsValues?: boolean;
  /** Number of values set to 0, over all tables. */
  readonly prunedValues: number;
}

/** A method of compressing embedding tables: the models of its grid, and how each is made. */
export interface Method {
  /** Its name in code and files, for `--methods`, and in the column `method`. */
  id: string;
  /** Its display name. */
  label: string;
  /** Its value for `--scope` and the column `scope`, if the scope distinguishes it and `method` is not set. */
  scope?: string;
  /** The fields of its points. */
  fields: readonly (keyof GridPoint)[];
  /** Whether its tables keep some values unchanged, or store codes. */
  stores: 'values' | 'codes';
  /** Whether it needs only the tables, or also training rows for calibration. */
  needs: 'tables' | 'calibration';
  /** The settings of its grid. */
  settings: readonly MethodSetting[];
  /**
   * The models of the grid, in order; each list is made by one sweep.
   *
   * @throws Error naming an invalid setting.
   */
  grid(settings: object): GridPoint[][];
  /**
   * The candidate points for memory ratios, largest tables first, all made by one sweep: for each ratio, the first point whose
   * tables are small enough is used. Missing if the sizes are fixed or given; then the grid is used.
   */
  ladder?(ratios: readonly number[]): GridPoint[];
  /**
   * Computes the plan for one of the lists. The tables, by name, are over SharedArrayBuffers.
   *
   * @throws Error naming a table whose importance is missing.
   */
  sweep(tables: StateDict, points: readonly GridPoint[], context: SweepContext): Promise<SweepPlan>;
  /** The plan's tables, compressed at one of its points; works on any thread. */
  compress(stateDict: StateDict, plan: SweepPlan, point: GridPoint): CompressedTables;
  /** The curve in a chart to which a point belongs; its points differ only in their level, bits or ratio. */
  curve(point: GridPoint): {
    /** Its name in the legend. */
    name: string;
    /** Whether its line is dashed. */
    dashed: boolean;
  };
  /** The path of a model inside the dump folder: folders, and name without extension. */
  file(point: GridPoint): {
    /** The folders, outermost first. */
    folders: string[];
    /** The name without extension. */
    name: string;
  };
}
