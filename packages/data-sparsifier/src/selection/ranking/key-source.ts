import type { BlockGrid } from './block-grid.js';
import { blockKeys, type BlockKeys } from './block-keys.js';
import type { Norm } from '../../sparsifiers/norm-config.js';

/** The blocks of a table, or of a part of it. */
export interface Blocks {
  data: Float32Array;
  grid: BlockGrid;
  norm: Norm;
  /** Their keys, if they have been computed. */
  keys?: BlockKeys | undefined;
}

/** The input from which the kernel reads keys. */
export interface KeySource {
  /** Keys, or the bits of values. */
  bits: Int32Array;
  /** The number of adjacent values that make one key. */
  bitsPerKey: number;
  /** The function of assembly/selection/block-keys.ts that computes keys from the values. */
  toKeys?: 'squareValues' | 'meansOfFour' | 'meansOfFourSquares' | undefined;
}

export function keySourceOf({ data, grid, norm, keys }: Blocks): KeySource {
  if (!isMadeInKernel(grid)) return { bits: keys ?? blockKeys(data, grid, norm), bitsPerKey: 1 };
  const isL1 = norm === 'L1';
  const isFour = grid.blockColumns === 4;
  const bits = new Int32Array(data.buffer, data.byteOffset, data.length);
  const ofFour = isL1 ? 'meansOfFour' : 'meansOfFourSquares';
  const ofOne = isL1 ? undefined : 'squareValues';
  return { bits, bitsPerKey: grid.blockColumns, toKeys: isFour ? ofFour : ofOne };
}

/** Whether the kernel computes the keys while reading the values, so that they need not be stored. */
export function isMadeInKernel({ blockRows, blockColumns, columns }: BlockGrid): boolean {
  return blockRows === 1 && (blockColumns === 1 || (blockColumns === 4 && columns % 4 === 0));
}
