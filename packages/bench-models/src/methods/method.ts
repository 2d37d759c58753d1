import type { EmbeddingTable, TableMemory } from '@ds/data-sparsifier';
import type { TableImportance } from '@ds/table-compression';
import type { CheckpointMetadata, StateDict } from '@ds/tensor-files';
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
  tables: Readonly<Record<string, unknown>>;
  /** The points that the plan is for. */
  points: readonly GridPoint[];
}

/** What a sweep may use beside the tables. */
export interface SweepContext {
  /** Threads that may work. */
  threads: number | undefined;
  /** What the rows of each table are worth, by its name; there where the method `needs` calibration. */
  importance?: Readonly<Record<string, TableImportance>> | undefined;
}

/** The tables of a model compressed as one point says, each made when it is asked for. */
export interface CompressedTables {
  /** Names of the tables. */
  readonly names: readonly string[];
  /** The values of a dense table, (rows, dim), in pieces of whole rows. */
  pieces(name: string): Iterable<Float32Array>;
  /** The table as a model serves it from memory, in `memory` where one is given. */
  embeddingTable(name: string, options?: { memory?: TableMemory | undefined }): EmbeddingTable;
  /** The bytes of a safetensors file of these tables as they are served, of other tensors, and what it says beside them. */
  checkpoint(tensors: StateDict, metadata?: CheckpointMetadata): AsyncIterable<Uint8Array>;
  /** Seconds for compressing every table once, beside its part of the sweep: the mean of all the times that it was done. */
  readonly secondsTaken: number;
  /** Values of all tables that became 0. */
  readonly prunedValues: number;
}

/** A way of compressing embedding tables: the models of a grid, and how each is made. */
export interface Method {
  /** Its name in code and files, for `--methods`, and in the column `method`. */
  id: string;
  /** Its name for readers. */
  label: string;
  /** What `--scope` and the column `scope` call it, where the scope tells it apart and there is no `method`. */
  scope?: string;
  /** The fields that each of its points has. */
  fields: readonly (keyof GridPoint)[];
  /** Whether its tables keep some values as they are, or hold codes for them. */
  stores: 'values' | 'codes';
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
  /**
   * For memory ratios: the points from which the one for each ratio is taken, the first whose tables are small enough. The
   * largest tables come first, and one sweep makes them all. Absent where the sizes are fixed or given: the grid then.
   */
  ladder?(ratios: readonly number[]): GridPoint[];
  /**
   * Works out one of the lists for the tables of a model by name, over SharedArrayBuffers.
   *
   * @throws Error naming the table whose importance is missing.
   */
  sweep(tables: StateDict, points: readonly GridPoint[], context: SweepContext): Promise<SweepPlan>;
  /** The plan's tables, found in the state dict by their names, as one of its points has them; on any thread. */
  compress(stateDict: StateDict, plan: SweepPlan, point: GridPoint): CompressedTables;
  /** The curve of a chart that a point is on: its points differ in their level, bits or ratio alone. */
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
