import type { BlockGrid } from './ranking/block-grid.js';
import type { Norm } from '../sparsifiers/norm-config.js';
import { selectionKernel } from './selection-kernel.js';
import { SmallestInBlock, sizeOf } from './smallest-in-block.js';

/** The pruned blocks of a table, and how much of each is pruned. */
export interface PrunedBlocks {
  /** One per block of the grid. */
  ranks: Uint8Array;
  /** Blocks with a rank up to this one are pruned. */
  rank: number;
  grid: BlockGrid;
  /** How many of the smallest values of a block become zero; the block size for all of them. */
  zerosPerBlock: number;
  norm: Norm;
  /** The table's values; only read if blocks are pruned partially. */
  data: Float32Array;
}

// For fewer values, copying to and from the kernel's memory costs more than the kernel saves.
const fewValues = 1024;

/** Writes the mask of a table, one byte per value: 1 keeps, 0 prunes. */
export function writeMask(blocks: PrunedBlocks, mask: Uint8Array): void {
  const { ranks, rank } = blocks;
  const width = runLength(blocks);
  const kernel = mask.length < fewValues ? undefined : selectionKernel();
  if (kernel && (width === 1 || width === 4)) {
    kernel.writeMask(ranks, rank, mask, width);
  } else if (width > 0) {
    for (let i = 0; i < mask.length; i++) mask[i] = ranks[Math.floor(i / width)]! > rank ? 1 : 0;
  } else {
    mask.fill(1);
    forEachPrunedRun(blocks, 0, mask.length, (start, end) => mask.fill(0, start, end));
  }
}

/**
 * Overwrites the pruned values among `values` with +0; `values` are those of the table from index `first` on. Which values
 * of a partially pruned block are zeroed depends on the table, so `values` may contain other numbers.
 */
export function pruneValues(blocks: PrunedBlocks, values: Float32Array, first: number): void {
  const { ranks, rank } = blocks;
  const width = runLength(blocks);
  const kernel = values.length < fewValues ? undefined : selectionKernel();
  if (kernel && (width === 1 || width === 4) && first % width === 0) {
    kernel.prune(ranks.subarray(first / width), rank, values, width);
  } else if (width === 1) {
    for (let i = 0; i < values.length; i++) if (ranks[first + i]! <= rank) values[i] = 0;
  } else if (width > 1) {
    for (let i = 0, block = Math.floor(first / width); i < values.length; block++) {
      const end = Math.min((block + 1) * width - first, values.length);
      if (ranks[block]! <= rank) for (; i < end; i++) values[i] = 0;
      i = end;
    }
  } else {
    const last = first + values.length;
    forEachPrunedRun(blocks, first, last, (start, end) =>
      values.fill(0, Math.max(start - first, 0), Math.max(Math.min(end, last) - first, 0)),
    );
  }
}

/** How many values of the table are pruned. */
export function countPruned(blocks: PrunedBlocks): number {
  let pruned = 0;
  const width = runLength(blocks);
  if (width > 0) {
    for (const rank of blocks.ranks) if (rank <= blocks.rank) pruned += width;
  } else {
    const all = blocks.grid.rows * blocks.grid.columns;
    forEachPrunedRun(blocks, 0, all, (start, end) => (pruned += end - start));
  }
  return pruned;
}

/** The length of a block if blocks are contiguous in memory, one after another, and are pruned entirely; otherwise 0. */
function runLength({ grid, zerosPerBlock }: PrunedBlocks): number {
  const { columns, blockRows, blockColumns } = grid;
  const isContiguous = blockRows === 1 && columns % blockColumns === 0 && zerosPerBlock === blockColumns;
  return isContiguous ? blockColumns : 0;
}

/**
 * Calls `visit(start, end)` for each run of pruned values, with indices into the table, in any order. Runs entirely
 * outside `first` to `last - 1` may be skipped.
 */
function forEachPrunedRun(
  { ranks, rank, grid, zerosPerBlock, norm, data }: PrunedBlocks,
  first: number,
  last: number,
  visit: (start: number, end: number) => void,
): void {
  const { rows, columns, blockRows, blockColumns, gridColumns, blocks } = grid;
  if (zerosPerBlock === 0 || blocks === 0) return;
  const isWhole = zerosPerBlock === blockRows * blockColumns;
  const smallest = isWhole ? undefined : new SmallestInBlock(blockRows * blockColumns, zerosPerBlock);
  const firstBand = Math.floor(Math.floor(first / columns) / blockRows);
  const lastBand = Math.ceil(Math.ceil(last / columns) / blockRows);
  for (let band = firstBand; band < lastBand; band++) {
    const top = band * blockRows;
    const bottom = Math.min(top + blockRows, rows);
    for (let gridColumn = 0; gridColumn < gridColumns; gridColumn++) {
      if (ranks[band * gridColumns + gridColumn]! > rank) continue;
      const left = gridColumn * blockColumns;
      const right = Math.min(left + blockColumns, columns);
      if (!smallest) {
        for (let row = top; row < bottom; row++) visit(row * columns + left, row * columns + right);
        continue;
      }
      smallest.sizes.fill(NaN);
      for (let row = top; row < bottom; row++) {
        for (let column = left; column < right; column++) {
          const size = sizeOf(data[row * columns + column]!, norm);
          smallest.sizes[(row - top) * blockColumns + column - left] = size;
        }
      }
      smallest.select((place) => {
        const row = top + Math.floor(place / blockColumns);
        const column = left + (place % blockColumns);
        if (row < bottom && column < right) visit(row * columns + column, row * columns + column + 1);
      });
    }
  }
}
