import type { BlockGrid } from './block-grid.js';
import type { Norm } from '../../sparsifiers/norm-config.js';

/**
 * The keys of blocks, one per block: integers that sort like the blocks' norms. A key is the bits of the float32 norm,
 * which sort like the numbers because no norm is negative; all NaN count as one key, the largest. The sign bit (the
 * topmost) is not part of a key: read keys with `keyOf`.
 */
export type BlockKeys = Int32Array;

/** The bits of infinity: keys above it are NaN. */
const infinityKey = 0x7f800000;
/** The common key of all NaN. */
export const nanKey = infinityKey + 1;

/** The key of a float's bits. */
export function keyOf(bits: number): number {
  const key = bits & 0x7fffffff;
  return key > infinityKey ? nanKey : key;
}

/**
 * The keys of all blocks of a matrix, (gridRows * gridColumns). A block's norm is the mean over its values inside
 * the matrix, summed in float32 row by row, as in PyTorch's avg_pool2d with ceil_mode. For blocks of one value under
 * L1 the keys are the data itself, not a copy.
 *
 * @param keys The array to write, unless the keys are the data itself; default: a new one.
 */
export function blockKeys(data: Float32Array, grid: BlockGrid, norm: Norm, keys?: Int32Array): BlockKeys {
  if (norm === 'L1' && grid.blockRows === 1 && grid.blockColumns === 1) {
    return new Int32Array(data.buffer, data.byteOffset, data.length);
  }
  keys ??= new Int32Array(grid.blocks);
  writeMeans(data, grid, norm, new Float32Array(keys.buffer, keys.byteOffset, keys.length));
  return keys;
}

const { abs, fround } = Math;

function writeMeans(data: Float32Array, grid: BlockGrid, norm: Norm, norms: Float32Array): void {
  const { rows, columns, blockRows, blockColumns, gridRows, gridColumns } = grid;
  const square = norm === 'L2';
  for (let gridRow = 0; gridRow < gridRows; gridRow++) {
    const first = gridRow * blockRows;
    const last = Math.min(first + blockRows, rows);
    const sums = norms.subarray(gridRow * gridColumns, (gridRow + 1) * gridColumns).fill(0);
    for (let row = first; row < last; row++) {
      for (let block = 0, column = 0; block < gridColumns; block++) {
        const end = Math.min(column + blockColumns, columns);
        let sum = sums[block]!;
        for (let i = row * columns + column; column < end; column++, i++) {
          const value = data[i]!;
          sum = fround(sum + (square ? fround(value * value) : abs(value)));
        }
        sums[block] = sum;
      }
    }
    for (let block = 0; block < gridColumns; block++) {
      const width = Math.min(blockColumns, columns - block * blockColumns);
      sums[block] = sums[block]! / ((last - first) * width);
    }
  }
}
