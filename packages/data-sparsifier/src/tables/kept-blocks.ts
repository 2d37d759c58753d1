import { setBit } from './bit-ranks.js';
import { checkMask, checkTableSizes } from './checked-table-shape.js';
import type { SparseTableParts, SparseTableSizes } from './sparse-table-parts.js';

/** The values of a table that is to become sparse, which need not all be in memory at once. */
export interface RowPieces {
  /** Rows and values in a row. */
  shape: readonly [rows: number, dim: number];
  /** Values in a block: blocks are (1, blockWidth). */
  blockWidth: number;
  /** The values, row by row, in pieces of whole rows; the same each time. */
  pieces: () => Iterable<Float32Array>;
  /**
   * One entry per value of the table: 0 is pruned, anything else kept. Default: what is not +0 is kept. A block of which a
   * part is kept is stored whole, with zeros for the rest.
   */
  mask?: Uint8Array | undefined;
}

/**
 * How many blocks and rows a table keeps: a block with a value that is kept, and its row.
 *
 * @throws RangeError when shape, pieces, mask and block width do not fit together.
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
 * Fills the bits and the values of a table, which are zeros, with what `countKeptBlocks` has counted.
 *
 * @throws RangeError as `countKeptBlocks`, and when the sizes are of another table.
 */
export function storeKeptBlocks(
  table: RowPieces,
  sizes: SparseTableSizes,
  { rowBits, blockBits, values }: Pick<SparseTableParts, 'rowBits' | 'blockBits' | 'values'>,
): void {
  const { blockWidth, shape } = table;
  const dim = shape[1];
  const blocksPerRow = Math.ceil(dim / blockWidth);
  // Moved as bits: a float32 that passes through a number may lose the payload of a NaN.
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
          // Inside a kept block single values may be pruned.
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
  /** The place in the table, and in its mask, of the first of `bits`. */
  first: number;
}

function* bitsOf({ shape: [rows, dim], blockWidth, pieces, mask }: RowPieces): Generator<PieceBits> {
  checkTableSizes({ rows, dim, blockWidth });
  checkMask(mask, rows * dim);
  let first = 0;
  for (const { buffer, byteOffset, length } of pieces()) {
    // Of a table whose rows have no values nothing but empty pieces are whole rows.
    if (length > 0 && length % dim !== 0) {
      throw new RangeError(
        `a piece of a table with rows of ${dim} values has ${length} values, no whole rows`,
      );
    }
    yield { bits: new Uint32Array(buffer, byteOffset, length), length, mask, first };
    first += length;
  }
  if (first !== rows * dim) {
    throw new RangeError(`the pieces of a table of ${rows} rows of ${dim} values have ${first} values`);
  }
}

/** Whether any of the `count` values from `from` on is kept: it is not +0, and not pruned by the mask. */
function isKept({ bits, mask, first }: PieceBits, from: number, count: number): boolean {
  for (let at = from; at < from + count; at++) {
    if (bits[at] !== 0 && (mask === undefined || mask[first + at] !== 0)) return true;
  }
  return false;
}
