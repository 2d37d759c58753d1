import type { TableMemory } from '../table-memory.js';
import { mixedHeader, mixedHeaderFields } from './kernel-header.js';
import { checkedTableShape } from '../checked-table-shape.js';
import { StoredRowTable, type StoredRows } from '../stored-row-table.js';
import { checkParts, type MixedPrecisionParts } from './mixed-precision-parts.js';
import { placeBytes, type PlacedBytes } from './placed-bytes.js';
import type { RankedBits } from './ranked-bits.js';
import { roundByBits } from './round-by-bits.js';
import {
  storedRowBytes,
  isStoredRowBits,
  readStoredRow,
  storedRowBits,
  type StoredRowBits,
} from './row-bits.js';
import {
  classBytes,
  classesInOrder,
  classOrder,
  encodeClasses,
  findClass,
  openClasses,
  type RowsOfBits,
} from './row-classes.js';
import { encodeIndex, findRow, indexParts, keptRows, openIndex, type RowIndex } from './row-index.js';

/** A class of stored rows in a table. */
export interface RowClass {
  bits: StoredRowBits;
  rowBytes: number;
  rows: PlacedBytes;
}

/**
 * An embedding table whose rows have 1, 2, 4 or 8 bits per value, with a scale and a minimum for each row, or 16 or 32 bits,
 * or are not stored and read as +0. Rows with the same number of bits are in one array. An index marks the stored rows, and
 * class bits identify the array of a row.
 */
export class MixedPrecisionTable extends StoredRowTable {
  /** Number of stored rows. */
  readonly storedRows: number;
  /** Number of rows that are stored with each number of bits. */
  readonly rowsOfBits: Readonly<RowsOfBits>;
  /** Bytes of the table in memory: rows with their scales, index, class bits, and the counts for finding a row. */
  readonly byteLength: number;

  readonly #index: RowIndex;
  readonly #classes: readonly RowClass[];
  readonly #classBits: readonly RankedBits[];

  private constructor(parts: MixedPrecisionParts, memory: TableMemory | undefined) {
    const [rows, dim] = parts.shape;
    const { rowsOfClass, kept } = checkParts(parts);
    super({ rows, dim }, { memory, kernel: 'gatherMixedRows', headerFields: mixedHeaderFields });
    this.storedRows = kept;
    this.rowsOfBits = Object.fromEntries(parts.classes.map(({ bits }, place) => [bits, rowsOfClass[place]]));
    const { index, bytes } = openIndex(parts.index, { rows, kept }, memory);
    this.#index = index;
    this.#classBits = openClasses(parts.classBits, rowsOfClass, memory);
    this.#classes = parts.classes.map(({ bits, rows: packed }) => ({
      bits,
      rowBytes: storedRowBytes(bits, dim),
      rows: placeBytes(packed, memory),
    }));
    this.byteLength =
      bytes +
      classBytes(rowsOfClass) +
      this.#classes.reduce((sum, { rows: packed }) => sum + packed.length, 0);
    if (memory) {
      const header = mixedHeader({ rows, dim, index, classes: this.#classes, classBits: this.#classBits });
      memory.int32(this.header, header.length).set(header);
    }
  }

  /**
   * Builds the table from rows that are already rounded.
   *
   * @throws RangeError naming an invalid number of bits, or an array whose number of rows does not match the bits.
   */
  static fromRows({
    shape,
    bits,
    rowsByBits,
    memory,
  }: {
    /** Rows and values in a row. */
    shape: readonly [rows: number, dim: number];
    /** Bits per value for each row, (rows): 0 (not stored), 1, 2, 4, 8, 16 or 32. */
    bits: Uint8Array;
    /**
     * For each number of bits, its rows in the order of the table, contiguous. Up to 8 bits they are the result of
     * `roundRows`; with 16 and 32 bits, float16 and float32 values, little-endian. Held by reference unless `memory` is given.
     */
    rowsByBits: Partial<Record<StoredRowBits, Uint8Array>>;
    /** The memory for the table, for the fast gather; default: separate arrays. */
    memory?: TableMemory | undefined;
  }): MixedPrecisionTable {
    const classes = classOrder(countBits(bits, shape[0]));
    for (const { bits: ofClass, rows } of classes) {
      const expected = rows * storedRowBytes(ofClass, shape[1]);
      const found = rowsByBits[ofClass]?.length ?? 0;
      if (found !== expected) {
        throw new RangeError(
          `expected ${expected} bytes for ${rows} rows of ${ofClass} bits, found ${found}`,
        );
      }
    }
    const kept = classes.reduce((sum, { rows }) => sum + rows, 0);
    const parts: MixedPrecisionParts = {
      shape,
      index: encodeIndex(bits, kept),
      classes: classes.map((ofClass) => ({ bits: ofClass.bits, rows: rowsByBits[ofClass.bits]! })),
      classBits: encodeClasses(bits, classes),
    };
    return new MixedPrecisionTable(parts, memory);
  }

  /**
   * Rounds a dense table, `table.data` of shape (rows, dim), each row to its own number of bits.
   *
   * @throws RangeError if shape, data, bits and curvature do not match, or naming the row and column of a value that the
   *   row's bits cannot represent.
   */
  static fromDense({
    table,
    bits,
    curvature,
    memory,
  }: {
    table: { data: Float32Array; shape: readonly number[] };
    /** Bits per value for each row, (rows): 0 (not stored), 1, 2, 4, 8, 16 or 32. */
    bits: Uint8Array;
    /**
     * (dim, dim), symmetric: an error e of a row increases the loss by e^T curvature e. Rows of codes are rounded with it
     * (`roundRows`); default: each value to the nearest code.
     */
    curvature?: Float64Array | undefined;
    /** The memory for the table, for the fast gather; default: separate arrays. */
    memory?: TableMemory | undefined;
  }): MixedPrecisionTable {
    const [rows, dim] = checkedTableShape(table);
    const rowsOfBits = countBits(bits, rows);
    const rowsByBits = roundByBits({ data: table.data, dim, bits, rowsOfBits, curvature });
    return MixedPrecisionTable.fromRows({ shape: [rows, dim], bits, rowsByBits, memory });
  }

  /**
   * Builds the table from the form in which files store it.
   *
   * Threads can share a table by each building it over the same parts in SharedArrayBuffers; only the counts then exist
   * once per thread.
   *
   * @throws RangeError naming a part that is invalid or disagrees with the others.
   */
  static fromParts(
    parts: MixedPrecisionParts,
    {
      memory,
    }: {
      /** The memory for the table, for the fast gather; by default the parts are held by reference. */
      memory?: TableMemory | undefined;
    } = {},
  ): MixedPrecisionTable {
    return new MixedPrecisionTable(parts, memory);
  }

  /** The parts for `fromParts`: views of the table, not copies. */
  parts(): MixedPrecisionParts {
    return {
      shape: [this.rows, this.dim],
      index: indexParts(this.#index),
      classes: this.#classes.map(({ bits, rows }) => ({ bits, rows: rows.bytes })),
      classBits: this.#classBits.map(({ bits }) => bits.bytes),
    };
  }

  /** Bits per value for each row, (rows), as a new array; 0 for rows that are not stored. */
  get bits(): Uint8Array {
    const bits = new Uint8Array(this.rows);
    for (const { row, bits: found } of this.#storedInOrder()) bits[row] = found;
    return bits;
  }

  /** All rows as a new row-major array, (rows, dim). */
  override toDense(): Float32Array<ArrayBuffer> {
    const dense = new Float32Array(this.rows * this.dim);
    this.expandInto(dense);
    return dense;
  }

  /**
   * Writes the stored rows to their positions in `dense`, (rows, dim); other rows are not changed.
   *
   * @throws RangeError if `dense` has another length.
   */
  expandInto(dense: Float32Array): void {
    if (dense.length !== this.rows * this.dim) {
      throw new RangeError(
        `expected room for ${this.rows} rows of ${this.dim} values, found ${dense.length} values`,
      );
    }
    const views = new Map(this.#classes.map(({ bits, rows }) => [bits, rows.view]));
    for (const { row, bits, from } of this.#storedInOrder()) {
      readStoredRow(views.get(bits)!, from, bits, this.dim, dense, row * this.dim);
    }
  }

  protected override storedRowsFor(out: Float32Array): StoredRows {
    const { dim } = this;
    return {
      find: (row) => findRow(this.#index, row),
      readRow: (stored, to) => {
        const { place, inClass } = findClass(this.#classBits, stored);
        const { bits, rowBytes, rows } = this.#classes[place]!;
        readStoredRow(rows.view, inClass * rowBytes, bits, dim, out, to);
      },
    };
  }

  /** The stored rows in order: the row, its bits, and its offset in the array of its class. */
  *#storedInOrder(): Generator<{ row: number; bits: StoredRowBits; from: number }> {
    const { index, classBits } = this.parts();
    const next = this.#classes.map(() => 0);
    const places = classesInOrder(classBits, this.storedRows);
    for (const row of keptRows(index, { rows: this.rows, kept: this.storedRows })) {
      const place = places.next().value as number;
      const { bits, rowBytes } = this.#classes[place]!;
      yield { row, bits, from: next[place]! * rowBytes };
      next[place]!++;
    }
  }
}

/** @throws RangeError if `bits` does not have `rows` entries, or naming a row with an invalid number of bits. */
function countBits(bits: Uint8Array, rows: number): RowsOfBits {
  if (bits.length !== rows) throw new RangeError(`expected the bits of ${rows} rows, found ${bits.length}`);
  const counts = new Array<number>(256).fill(0);
  for (const found of bits) counts[found]!++;
  counts.forEach((count, found) => {
    if (count > 0 && found !== 0 && !isStoredRowBits(found)) {
      throw new RangeError(
        `expected rows of 0, ${storedRowBits.join(', ')} bits, found ${found} at row ${bits.indexOf(found)}`,
      );
    }
  });
  return Object.fromEntries(storedRowBits.map((ofClass) => [ofClass, counts[ofClass]!]));
}
