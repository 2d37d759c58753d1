/** Rows to be rounded, with the cost of their errors. */
export interface RowsToRound {
  /** (rows, dim), finite and within float16's range. */
  values: Float32Array;
  dim: number;
  bits: 8 | 4 | 2 | 1;
  /** (dim, dim), symmetric and positive semidefinite. */
  curvature: Float64Array;
}

/**
 * The ranges of codes that are tried for a row: its own range, narrowed at both ends by 0, 1, 2 ... times `step` of its
 * width. Narrower ranges help most when there are few codes; with 8 bits they gain nothing.
 */
export const triedRanges = {
  1: { ranges: 7, step: 1 / 16 },
  2: { ranges: 10, step: 1 / 32 },
  4: { ranges: 8, step: 1 / 64 },
  8: { ranges: 1, step: 0 },
} as const;
