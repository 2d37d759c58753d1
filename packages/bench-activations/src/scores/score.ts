import type { ColumnStatistics } from '../column-statistics.js';

/** The importance of the columns of z; the least important ones are dropped first. */
export interface Score {
  /** Its name in options and files. */
  id: string;
  /**
   * At least 0 for each column of z, (width).
   *
   * @param weight of the first top layer, (outputs, width)
   */
  of(statistics: ColumnStatistics, weight: Float32Array): Float64Array;
}
