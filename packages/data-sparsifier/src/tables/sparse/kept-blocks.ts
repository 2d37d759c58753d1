import { setBit } from '../bit-ranks.js';
import { checkMask, checkTableSizes } from '../checked-table-shape.js';
import type { SparseTableParts, SparseTableSizes } from './sparse-table-parts.js';

/** The values from which a sparse table is built; they need not all be in memory at once. */
export interface RowPieces {
  /** Rows, and values in a row. */
  shape: readonly [rows: number, dim: number];
  /** Values in a block; blocks are (1, blockWidth). */
  blockWidth: number;
  /** The values, row-major, in pieces of whole rows; the same at each call. */
  pieces: () => Iterable<Float32Array>;
  /**
   * One entry per value of the table: 0 prunes, anything else keeps. Default: all values other than +0 are kept. A partially
   * kept block is stored entirely, with zeros for the pruned values.
   */
  mask?: Uint8Array | undefined;
}

/**
 * Counts the blocks and rows that a table keeps: blocks with at least one kept value, and rows with such a block.
 *
 * @throws RangeError if shape, pieces, mask and block width do not match.
 */
export function countKeptBlocks(table: RowPieces): SparseTableSizes {
  const { blockWidth, shape } = table;
  const [rows, dim] = shape;
  const sizes = { rows, dim, blockWidth, storedRows: 0, keptBlocks: 0 };
  for (const piece of bitsOf(table)) {
    for (let row = 0; row < piece.length; row += dim) {
      let keptInRow = 0;
      for (let column = 0; column < dim; column += blockWidth) {
        if (isKept(piece, row + column, Math.min(blockWidth, dim - column))) keptInRow++;
      }
      sizes.keptBlocks += keptInRow;
      if (keptInRow > 0) sizes.storedRows++;
    }
  }
  return sizes;
}

/**
 * Fills the zeroed bits and values of a table whose size `countKeptBlocks` has counted.
 *
 * @throws RangeError like `countKeptBlocks`, and if the sizes belong to another table.
 */
export function storeKeptBlocks(
  table: RowPieces,
  sizes: SparseTableSizes,
  { rowBits, blockBits, values }: Pick<SparseTableParts, 'rowBits' | 'blockBits' | 'values'>,
): void {
  const { blockWidth, shape } = table;
  const dim = shape[1];
  const blocksPerRow = Math.ceil(dim / blockWidth);
  // Copied as bits, because converting a float32 to a number may lose the payload of a NaN.
  const valueBits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  let tableRow = 0;
  let stored = 0;
  let nextValue = 0;
  for (const piece of bitsOf(table)) {
    const { bits, mask, first } = piece;
    for (let row = 0; row < piece.length; row += dim, tableRow++) {
      let isStored = false;
      for (let column = 0, block = stored * blocksPerRow; column < dim; column += blockWidth, block++) {
        const inside = Math.min(blockWidth, dim - column);
        const from = row + column;
        if (!isKept(piece, from, inside)) continue;
        isStored = true;
        blockBits[Math.floor(block / 32)]! |= 1 << (block % 32);
        for (let i = 0; i < inside; i++) {
          // Single values in a kept block may be pruned.
          if (mask === undefined || mask[first + from + i] !== 0) valueBits[nextValue + i] = bits[from + i]!;
        }
        nextValue += blockWidth;
      }
      if (isStored) {
        setBit(rowBits, tableRow);
        stored++;
      }
    }
  }
  const found = { rows: shape[0], dim, blockWidth, storedRows: stored, keptBlocks: nextValue / blockWidth };
  for (const name of ['rows', 'dim', 'blockWidth', 'storedRows', 'keptBlocks'] as const) {
    if (found[name] !== sizes[name]) {
      throw new RangeError(
        `expected a table with ${name} ${sizes[name]}, as its sizes say, found ${found[name]}`,
      );
    }
  }
}

interface PieceBits {
  bits: Uint32Array;
  length: number;
  mask: Uint8Array | undefined;
  /** The index, in the table and its mask, of the first of `bits`. */
  first: number;
}

function* bitsOf({ shape: [rows, dim], blockWidth, pieces, mask }: RowPieces): Generator<PieceBits> {
  checkTableSizes({ rows, dim, blockWidth });
  checkMask(mask, rows * dim);
  let first = 0;
  for (const { buffer, byteOffset, length } of pieces()) {
    // If rows have no values, only empty pieces are valid.
    if (length > 0 && length % dim !== 0) {
      throw new RangeError(
        `a piece of a table with rows of ${dim} values has ${length} values, not a whole number of rows`,
      );
    }
    yield { bits: new Uint32Array(buffer, byteOffset, length), length, mask, first };
    first += length;
  }
  if (first !== rows * dim) {
    throw new RangeError(`the pieces of a table of ${rows} rows of ${dim} values have ${first} values`);
  }
}

/** Whether any of the `count` values from `from` on is kept, that is, neither +0 nor pruned by the mask. */
function isKept({ bits, mask, first }: PieceBits, from: number, count: number): boolean {
  for (let at = from; at < from + count; at++) {
    if (bits[at] !== 0 && (mask === undefined || mask[first + at] !== 0)) return true;
  }
  return false;
}
