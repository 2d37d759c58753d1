import type { Norm } from '@ds/data-sparsifier';
import type { DensityMap } from './pruning/density-map.js';
import type { FileTensor } from './tensors/tensor-file.js';

/** What is pruned, and how. */
export interface Settings {
  /** The tensors to prune. */
  names: string[];
  /** The tensor to display; one of `names`. */
  shown: string;
  /** Fraction of the blocks to prune, a whole number of hundredths. */
  level: number;
  blockShape: [rows: number, columns: number];
  norm: Norm;
}

/** A request from the page to its worker. */
export type Request =
  | { type: 'open'; file: File }
  /** Its answers have its number, so that the page can tell them from answers to earlier requests. */
  | { type: 'prune'; number: number; settings: Settings }
  | { type: 'download'; settings: Settings };

/** One tensor after pruning. */
export interface Picture {
  map: DensityMap;
  /** Number of values that are now zero. */
  prunedValues: number;
  /** Number of rows without a kept value. */
  emptyRows: number;
}

/** Bytes of all pruned tensors together, at one level. */
export interface Sizes {
  level: number;
  /** As in the file. */
  dense: number;
  /** The same bytes, pruned and deflated. */
  deflated: number;
  /** Each as a SparseTable, in float32. */
  sparse: number;
}

/** An answer of the worker. A request that has been replaced by a later one may get no answer. */
export type Answer =
  | { type: 'opened'; name: string; tensors: Omit<FileTensor, 'read'>[] }
  /** The shown tensor at the level. */
  | { type: 'picture'; number: number; picture: Picture }
  /** The sizes at one level: first at the chosen level, then at those of the chart. */
  | { type: 'sizes'; number: number; sizes: Sizes }
  | { type: 'pruned-file'; name: string; file: Blob }
  | { type: 'failed'; request: Request['type']; message: string };
