/** Rows to be rounded by what their errors cost. */
export interface RowsToRound {
  /** (rows, dim), finite and within float16. */
  values: Float32Array;
  dim: number;
  bits: 8 | 4 | 2 | 1;
  /** (dim, dim), symmetric and positive semidefinite. */
  curvature: Float64Array;
}

/**
 * The ranges of codes that are tried for a row: its own, drawn in at both ends by 0, 1, 2 ... times `step` of its width.
 * The fewer the codes, the more a narrow range is worth; 8 bits gain nothing by it.
 */
export const triedRanges = {
  1: { ranges: 7, step: 1 / 16 },
  2: { ranges: 10, step: 1 / 32 },
  4: { ranges: 8, step: 1 / 64 },
  8: { ranges: 1, step: 0 },
} as const;
