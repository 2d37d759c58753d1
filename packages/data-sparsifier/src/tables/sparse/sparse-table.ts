import { countOnesBefore, onesBefore } from '../bit-ranks.js';
import { checkedTableShape, checkTableSizes } from '../checked-table-shape.js';
import { countKeptBlocks, storeKeptBlocks, type RowPieces } from './kept-blocks.js';
import { sparseTableSizes, type SparseBitmaps } from './sparse-bitmaps.js';
import {
  allocateParts,
  blocksPerGroup,
  type SparseTableParts,
  type SparseTableSizes,
} from './sparse-table-parts.js';
import { sparseHeaderFields } from '../row-kernels.js';
import { findByBitmap, rowWordsPerGroup, StoredRowTable, type StoredRows } from '../stored-row-table.js';
import type { TableMemory } from '../table-memory.js';

const blockWordsPerGroup = blocksPerGroup / 32;

/**
 * An embedding table that holds only its kept blocks: a bit per row, set if any of its blocks is kept; a bit per block of
 * such rows; ranks of both for random access; and the values of the kept blocks. Pruned values read as +0; kept values are
 * preserved bit for bit.
 */
export class SparseTable extends StoredRowTable {
  /** Values in a block: blocks are (1, blockWidth). */
  readonly blockWidth: number;
  /** Rows with at least one kept block. */
  readonly storedRows: number;
  /** Kept blocks. */
  readonly keptBlocks: number;
  /** Bytes of the table in memory. */
  readonly byteLength: number;

  readonly #blocksPerRow: number;
  readonly #offsets: Record<keyof SparseTableParts, number>;
  readonly #lengths: Record<keyof SparseTableParts, number>;
  #parts: SparseTableParts;

  private constructor(
    sizes: SparseTableSizes,
    { memory, values }: { memory?: TableMemory | undefined; values?: Float32Array },
  ) {
    // The header is allocated first. Allocating may move the memory, so views of the parts are created last.
    super(sizes, { memory, kernel: 'gatherSparseRows', headerFields: sparseHeaderFields });
    this.blockWidth = sizes.blockWidth;
    this.storedRows = sizes.storedRows;
    this.keptBlocks = sizes.keptBlocks;
    this.#blocksPerRow = Math.ceil(sizes.dim / sizes.blockWidth);
    const { parts, offsets } = allocateParts(sizes, { memory, values });
    this.#parts = parts;
    this.#offsets = offsets;
    this.#lengths = {
      rowBits: parts.rowBits.length,
      rowRanks: parts.rowRanks.length,
      blockBits: parts.blockBits.length,
      blockRanks: parts.blockRanks.length,
      values: parts.values.length,
    };
    this.byteLength = Object.values(parts).reduce((bytes, part) => bytes + part.byteLength, 0);
    if (memory) {
      const header = { ...sizes, ...offsets, blocksPerRow: this.#blocksPerRow };
      memory
        .int32(this.header, sparseHeaderFields.length)
        .set(sparseHeaderFields.map((field) => header[field]));
    }
  }

  /**
   * Builds the table from a dense one, `table.data` of shape (rows, dim), in two passes and without a second
   * dense copy.
   *
   * @throws RangeError if shape, data, mask or block width do not match.
   */
  static fromDense({
    table,
    mask,
    blockWidth = 1,
    memory,
  }: {
    table: { data: Float32Array; shape: readonly number[] };
    /** One entry per value: 0 prunes, anything else keeps. Default: all values other than +0 are kept. */
    mask?: Uint8Array;
    /** Values in a block; default 1. If the mask prunes blocks partially, blocks of single values are used. */
    blockWidth?: number;
    /** The memory for the table, for the fast gather; default: separate arrays. */
    memory?: TableMemory;
  }): SparseTable {
    const [rows, dim] = checkedTableShape(table, mask);
    checkTableSizes({ rows, dim, blockWidth });
    const width = mask && !fitsBlocks(mask, rows, dim, blockWidth) ? 1 : blockWidth;
    return SparseTable.fromPieces({
      shape: [rows, dim],
      blockWidth: width,
      pieces: () => [table.data],
      mask,
      memory,
    });
  }

  /**
   * Builds the table from values that need not all be in memory at once, in two passes over them, or in one if the sizes
   * are given.
   *
   * @throws RangeError if shape, pieces, mask, block width and sizes do not match.
   */
  static fromPieces({
    memory,
    sizes,
    ...table
  }: RowPieces & {
    /** The memory for the table, for the fast gather; default: separate arrays. */
    memory?: TableMemory | undefined;
    /** The result of `sizesOf` for the same values; by default it is computed here. */
    sizes?: SparseTableSizes;
  }): SparseTable {
    const sparse = new SparseTable(sizes ?? SparseTable.sizesOf(table), { memory });
    storeKeptBlocks(table, sparse, sparse.#parts);
    sparse.#countRanks();
    return sparse;
  }

  /**
   * The sizes of the table that `fromPieces` would build, in one pass over the values.
   *
   * @throws RangeError if shape, pieces, mask and block width do not match.
   */
  static sizesOf(table: RowPieces): SparseTableSizes {
    return countKeptBlocks(table);
  }

  /**
   * Builds the table from the form in which files store it: the bitmaps and the kept values, without ranks.
   *
   * Threads can share a table by each building it over the same values in a SharedArrayBuffer; only bitmaps and ranks then
   * exist once per thread.
   *
   * @throws RangeError naming a size that is not a whole number, or 0 for blocks, or if the counts of ones and the lengths
   *   of the arrays do not match.
   */
  static fromBitmaps({
    memory,
    ...bitmaps
  }: SparseBitmaps & {
    /** The memory for the table, for the fast gather; default: separate arrays, and the values by reference. */
    memory?: TableMemory;
  }): SparseTable {
    const { rowBits, blockBits, values } = bitmaps;
    const sparse = new SparseTable(sparseTableSizes(bitmaps), { memory, values });
    bytesOf(sparse.#parts.rowBits).set(rowBits);
    bytesOf(sparse.#parts.blockBits).set(blockBits);
    if (memory) bytesOf(sparse.#parts.values).set(bytesOf(values));
    sparse.#countRanks();
    return sparse;
  }

  /** The bitmaps and values for `fromBitmaps`: views of the table, not copies. */
  bitmaps(): Pick<SparseBitmaps, 'rowBits' | 'blockBits' | 'values'> {
    const { rowBits, blockBits, values } = this.#currentParts();
    return {
      rowBits: bytesOf(rowBits).subarray(0, Math.ceil(this.rows / 8)),
      blockBits: bytesOf(blockBits).subarray(0, Math.ceil((this.storedRows * this.#blocksPerRow) / 8)),
      values: values.subarray(0, this.keptBlocks * this.blockWidth),
    };
  }

  protected override storedRowsFor(out: Float32Array): StoredRows {
    const { rowBits, rowRanks, blockBits, blockRanks, values } = this.#currentParts();
    const { dim, blockWidth } = this;
    const blocksPerRow = this.#blocksPerRow;
    const valueBits = new Uint32Array(values.buffer, values.byteOffset, values.length);
    const outBits = new Uint32Array(out.buffer, out.byteOffset, out.length);
    const readRow = (stored: number, to: number) => {
      outBits.fill(0, to, to + dim);
      // In large tables the positions of blocks exceed 2^32.
      const position = stored * blocksPerRow;
      let value = onesBefore(blockBits, blockRanks, blockWordsPerGroup, position) * blockWidth;
      let word = Math.floor(position / 32);
      let bit = position % 32;
      for (let column = 0; column < dim; column += blockWidth, bit++) {
        if (bit === 32) {
          bit = 0;
          word++;
        }
        if (((blockBits[word]! >>> bit) & 1) === 0) continue;
        const inside = Math.min(blockWidth, dim - column);
        for (let i = 0; i < inside; i++) outBits[to + column + i] = valueBits[value + i]!;
        value += blockWidth;
      }
    };
    return { find: findByBitmap(rowBits, rowRanks), readRow };
  }

  #countRanks(): void {
    const { rowBits, rowRanks, blockBits, blockRanks } = this.#parts;
    countOnesBefore(rowBits, rowRanks, rowWordsPerGroup);
    countOnesBefore(blockBits, blockRanks, blockWordsPerGroup);
  }

  /** The arrays; the views are recreated if the memory has moved. */
  #currentParts(): SparseTableParts {
    if (this.memory && this.#parts.values.buffer !== this.memory.buffer) {
      const { buffer } = this.memory;
      const words = (name: keyof SparseTableParts) =>
        new Uint32Array(buffer, this.#offsets[name], this.#lengths[name]);
      this.#parts = {
        rowBits: words('rowBits'),
        rowRanks: words('rowRanks'),
        blockBits: words('blockBits'),
        blockRanks: words('blockRanks'),
        values: new Float32Array(buffer, this.#offsets.values, this.#lengths.values),
      };
    }
    return this.#parts;
  }
}

/** Whether each block of the mask is either kept or pruned entirely. */
function fitsBlocks(mask: Uint8Array, rows: number, dim: number, blockWidth: number): boolean {
  if (blockWidth === 1) return true;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < dim; column++) {
      const at = row * dim + column;
      if (column % blockWidth > 0 && (mask[at] !== 0) !== (mask[at - 1] !== 0)) return false;
    }
  }
  return true;
}

function bytesOf(words: Uint32Array | Float32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}
