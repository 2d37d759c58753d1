import type { BlockGrid } from './block-grid.js';
import { blockKeys, type BlockKeys } from './block-keys.js';
import type { Norm } from '../../sparsifiers/norm-config.js';

/** The blocks of a table, or of a part of it. */
export interface Blocks {
  data: Float32Array;
  grid: BlockGrid;
  norm: Norm;
  /** Their keys, where those are made already. */
  keys?: BlockKeys | undefined;
}

/** What the kernel reads keys from. */
export interface KeySource {
  /** Keys, or the bits of values. */
  bits: Int32Array;
  /** Values that make one key, side by side. */
  bitsPerKey: number;
  /** The function of ../assembly/block-keys.ts that makes keys of the values. */
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

/** Whether the kernel makes the keys as it reads the values, so that none need to be kept. */
export function isMadeInKernel({ blockRows, blockColumns, columns }: BlockGrid): boolean {
  return blockRows === 1 && (blockColumns === 1 || (blockColumns === 4 && columns % 4 === 0));
}
