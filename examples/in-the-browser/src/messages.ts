import type { Norm } from '@ds/data-sparsifier';
import type { DensityMap } from './pruning/density-map.js';
import type { FileTensor } from './tensors/tensor-file.js';

/** What is pruned, and how. */
export interface Settings {
  /** The tensors that are pruned. */
  names: string[];
  /** The one whose picture is shown; one of `names`. */
  shown: string;
  /** Share of the blocks that are pruned, a whole number of hundredths. */
  level: number;
  blockShape: [rows: number, columns: number];
  norm: Norm;
}

/** What the page asks of its worker. */
export type Request =
  | { type: 'open'; file: File }
  /** Its answers carry its number, so that the page can tell them from those to an earlier one. */
  | { type: 'prune'; number: number; settings: Settings }
  | { type: 'download'; settings: Settings };

/** One tensor after pruning. */
export interface Picture {
  map: DensityMap;
  /** Values that are zero now, of all of them. */
  prunedValues: number;
  /** Rows of which nothing is kept. */
  emptyRows: number;
}

/** Bytes of all pruned tensors together, at one level. */
export interface Sizes {
  level: number;
  /** As they stand in the file. */
  dense: number;
  /** The same bytes, pruned and deflated. */
  deflated: number;
  /** Each as a SparseTable, in float32. */
  sparse: number;
}

/** What the worker answers. An answer to a request that a later one has overtaken may never come. */
export type Answer =
  | { type: 'opened'; name: string; tensors: Omit<FileTensor, 'read'>[] }
  /** The shown tensor at the level. */
  | { type: 'picture'; number: number; picture: Picture }
  /** The sizes at one level: first that of the settings, then those of the chart. */
  | { type: 'sizes'; number: number; sizes: Sizes }
  | { type: 'pruned-file'; name: string; file: Blob }
  | { type: 'failed'; request: Request['type']; message: string };
