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

/** A class of stored rows as a table holds it. */
export interface RowClass {
  bits: StoredRowBits;
  rowBytes: number;
  rows: PlacedBytes;
}

/**
 * An embedding table whose rows have 1, 2, 4 or 8 bits a value, with a scale and a minimum for each row, or 16 or 32 bits, or
 * are not stored and read as +0. Rows of the same bits lie in one array; an index says which rows are stored, and class bits
 * which array a row lies in.
 */
export class MixedPrecisionTable extends StoredRowTable {
  /** Rows that are stored. */
  readonly storedRows: number;
  /** How many rows are stored in each number of bits. */
  readonly rowsOfBits: Readonly<RowsOfBits>;
  /** Bytes that the table takes in memory: rows with their scales, index, class bits, and the counts that find a row. */
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
   * Builds the table from rows that are rounded already.
   *
   * @throws RangeError naming what is no such number of bits, or the rows that are not as many as the bits say.
   */
  static fromRows({
    shape,
    bits,
    rowsByBits,
    memory,
  }: {
    /** Rows and values in a row. */
    shape: readonly [rows: number, dim: number];
    /** Bits of a value for each row, (rows): 0 (not stored), 1, 2, 4, 8, 16 or 32. */
    bits: Uint8Array;
    /**
     * For each number of bits its rows in the order of the table, one after another. Up to 8 bits
     * they are what `roundRows` returns; of 16 and 32 bits the values as float16 and float32, little-endian. Held by reference where no `memory` is given.
     */
    rowsByBits: Partial<Record<StoredRowBits, Uint8Array>>;
    /** Where the table is built, for the fast gather; default: arrays of its own. */
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
   * Rounds a dense table, `table.data` of shape (rows, dim), each row to its own bits.
   *
   * @throws RangeError when shape, data, bits and curvature do not fit together, or naming the row and column of a value
   *   that its bits cannot hold.
   */
  static fromDense({
    table,
    bits,
    curvature,
    memory,
  }: {
    table: { data: Float32Array; shape: readonly number[] };
    /** Bits of a value for each row, (rows): 0 (not stored), 1, 2, 4, 8, 16 or 32. */
    bits: Uint8Array;
    /**
     * (dim, dim), symmetric: how much the loss grows with the error of a row, e^T curvature e. Rows of codes are rounded by
     * it (`roundRows`); default: each value to the nearest code.
     */
    curvature?: Float64Array | undefined;
    /** Where the table is built, for the fast gather; default: arrays of its own. */
    memory?: TableMemory | undefined;
  }): MixedPrecisionTable {
    const [rows, dim] = checkedTableShape(table);
    const rowsOfBits = countBits(bits, rows);
    const rowsByBits = roundByBits({ data: table.data, dim, bits, rowsOfBits, curvature });
    return MixedPrecisionTable.fromRows({ shape: [rows, dim], bits, rowsByBits, memory });
  }

  /**
   * Builds the table from its stored form, as it stands in a file.
   *
   * Threads that read one table each build it so, over the same parts in SharedArrayBuffers: only the counts are held
   * once per thread.
   *
   * @throws RangeError naming the part that is no such part or disagrees with the others.
   */
  static fromParts(
    parts: MixedPrecisionParts,
    {
      memory,
    }: {
      /** Where the table is built, for the fast gather; default: the parts, held by reference. */
      memory?: TableMemory | undefined;
    } = {},
  ): MixedPrecisionTable {
    return new MixedPrecisionTable(parts, memory);
  }

  /** What `fromParts` takes: views of the table, not copies. */
  parts(): MixedPrecisionParts {
    return {
      shape: [this.rows, this.dim],
      index: indexParts(this.#index),
      classes: this.#classes.map(({ bits, rows }) => ({ bits, rows: rows.bytes })),
      classBits: this.#classBits.map(({ bits }) => bits.bytes),
    };
  }

  /** Bits of a value for each row, (rows), as a new array: 0 where the row is not stored. */
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
   * Writes the rows that are stored to their places in `dense`, (rows, dim); the others are left as they are.
   *
   * @throws RangeError when `dense` has another length.
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

  /** The stored rows in order: which row, its bits, and where it begins in the array of its class. */
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

/** @throws RangeError when `bits` are not those of `rows` rows, or naming a row whose bits no row can have. */
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
