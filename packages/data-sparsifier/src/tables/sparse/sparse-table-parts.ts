import { rowsPerGroup } from '../bit-ranks.js';
import type { TableMemory } from '../table-memory.js';

/** The sizes of a sparse table. */
export interface SparseTableSizes {
  /** Rows of the whole table. */
  rows: number;
  /** Values in a row. */
  dim: number;
  /** Values in a block, adjacent in a row; the last block of a row may be narrower. */
  blockWidth: number;
  /** Rows with at least one kept block. */
  storedRows: number;
  /** Kept blocks in all rows. */
  keptBlocks: number;
}

/** The arrays of a sparse table. The least significant bit comes first. */
export interface SparseTableParts {
  /** A bit per row: whether any of its blocks is kept. In whole groups of 64 rows. */
  rowBits: Uint32Array;
  /** For each group of 64 rows, the stored rows before it. */
  rowRanks: Uint32Array;
  /** A bit per block of each stored row: whether it is kept. In whole groups of 128 blocks, plus 64 bits. */
  blockBits: Uint32Array;
  /** For each group of 128 blocks, the kept blocks before it. */
  blockRanks: Uint32Array;
  /** The kept blocks, `blockWidth` values each, and padding. */
  values: Float32Array;
}

export const blocksPerGroup = 128;
// The kernel loads 64 bits or 4 values at a time, from any position up to the end.
const paddingWords = 2;
const paddingValues = 4;

/** Zeroed arrays for a table of these sizes, in `memory` if given; the caller may provide `values` instead. */
export function allocateParts(
  sizes: SparseTableSizes,
  { memory, values }: { memory?: TableMemory; values?: Float32Array },
): { parts: SparseTableParts; offsets: Record<keyof SparseTableParts, number> } {
  const { rows, dim, blockWidth, storedRows, keptBlocks } = sizes;
  if (keptBlocks > 0xffffffff) {
    throw new RangeError(`a sparse table keeps at most ${0xffffffff} blocks, found ${keptBlocks}`);
  }
  const rowGroups = Math.ceil(rows / rowsPerGroup);
  const blockGroups = Math.ceil((storedRows * Math.ceil(dim / blockWidth)) / blocksPerGroup);
  const lengths: Record<keyof SparseTableParts, number> = {
    rowBits: (rowGroups * rowsPerGroup) / 32,
    rowRanks: rowGroups,
    blockBits: (blockGroups * blocksPerGroup) / 32 + paddingWords,
    blockRanks: blockGroups,
    values: keptBlocks * blockWidth + paddingValues,
  };
  const offsets = { rowBits: 0, rowRanks: 0, blockBits: 0, blockRanks: 0, values: 0 };
  if (memory) {
    for (const name of Object.keys(offsets) as (keyof SparseTableParts)[])
      offsets[name] = memory.allocate(4 * lengths[name]);
  }
  const words = (name: keyof SparseTableParts) =>
    memory ? new Uint32Array(memory.buffer, offsets[name], lengths[name]) : new Uint32Array(lengths[name]);
  const parts: SparseTableParts = {
    rowBits: words('rowBits'),
    rowRanks: words('rowRanks'),
    blockBits: words('blockBits'),
    blockRanks: words('blockRanks'),
    values: memory
      ? memory.float32(offsets.values, lengths.values)
      : (values ?? new Float32Array(lengths.values)),
  };
  return { parts, offsets };
}
