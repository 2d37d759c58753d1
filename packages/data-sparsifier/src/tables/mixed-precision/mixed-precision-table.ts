import type { TableMemory } from '../table-memory.js';
import { expandedKindBytes, mixedHeader, mixedHeaderFields, type ClassOfHeader } from './kernel-header.js';
import { checkedTableShape } from '../checked-table-shape.js';
import { StoredRowTable, type StoredRows } from '../stored-row-table.js';
import { checkParts, type MixedPrecisionParts } from './mixed-precision-parts.js';
import { placeBytes, type PlacedBytes } from './placed-bytes.js';
import type { RankedBits } from './row-index/ranked-bits.js';
import {
  expandedKind,
  isProjectedKind,
  openProjection,
  projectionBytes,
  projectionParts,
  readProjectedRow,
  type OpenProjection,
  type Projection,
} from './projection/projection.js';
import { projectRows } from './projection/project-rows.js';
import { roundByBits } from './round-by-bits.js';
import { storedRowBytes, readStoredRow, storedRowBits } from './row-bits.js';
import { isRowKind, projectedRowsOf, rowKinds, rowsBytes, type RowKind } from './row-kinds.js';
import {
  classBytes,
  classesInOrder,
  classOrder,
  encodeClasses,
  findClass,
  openClasses,
  type RowsOfBits,
} from './row-classes.js';
import {
  encodeIndex,
  findRow,
  indexParts,
  keptRows,
  openIndex,
  type RowIndex,
} from './row-index/row-index.js';

interface RowClass {
  bits: RowKind;
  count: number;
  rows: PlacedBytes;
}

/**
 * An embedding table whose rows are stored with different precision: 1, 2, 4 or 8 bits per value, with a scale and a minimum
 * for each row; 16 or 32 bits per value; or projected, as a few coefficients in a basis of the table, which may have up to six
 * kinds of such rows. Rows that are not stored read as +0. Rows of the same kind are in one array; an index says which rows are
 * stored, and class bits say which array holds a row.
 */
export class MixedPrecisionTable extends StoredRowTable {
  /** Number of stored rows. */
  readonly storedRows: number;
  /** The number of rows for each number of bits per value and for each projected kind, 128 the first. */
  readonly rowsOfBits: Readonly<RowsOfBits>;
  /**
   * Bytes that the table takes in memory: rows with their scales, index, class bits, the counts that find a row, and the basis
   * of projected rows.
   */
  readonly byteLength: number;

  readonly #index: RowIndex;
  readonly #classes: readonly RowClass[];
  readonly #classBits: readonly RankedBits[];
  readonly #projection: OpenProjection | undefined;

  private constructor(parts: MixedPrecisionParts, memory: TableMemory | undefined) {
    const [rows, dim] = parts.shape;
    const { rowsOfClass, kept } = checkParts(parts);
    super({ rows, dim }, { memory, kernel: 'gatherMixedRows', headerFields: mixedHeaderFields });
    this.storedRows = kept;
    this.rowsOfBits = Object.fromEntries(parts.classes.map(({ bits }, place) => [bits, rowsOfClass[place]]));
    const { index, bytes } = openIndex(parts.index, { rows, kept }, memory);
    this.#index = index;
    this.#classBits = openClasses(parts.classBits, rowsOfClass, memory);
    this.#classes = parts.classes.map(({ bits, rows: packed }, place) => ({
      bits,
      count: rowsOfClass[place]!,
      // The kernel reads the 8 bytes from the start of a row.
      rows: placeBytes(packed, memory, isProjectedKind(bits) ? 8 : 0),
    }));
    this.#projection = parts.projection && openProjection(parts.projection, memory);
    this.byteLength =
      bytes +
      classBytes(rowsOfClass) +
      projectionBytes(parts.projection?.kinds ?? [], dim) +
      this.#classes.reduce((sum, { rows: packed }) => sum + packed.length, 0);
    if (memory) {
      const expandedBytes = this.#expandedBytes();
      const workspace = memory.scratch(expandedBytes + memory.kernels.workspaceBytes());
      const header = mixedHeader({
        ...{ rows, dim, index, classBits: this.#classBits },
        classes: this.#classesOfHeader(workspace),
        basis: this.#projection?.basis.offset ?? 0,
        workspace: workspace + expandedBytes,
      });
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
    projection,
    memory,
  }: {
    /** Rows and values in a row. */
    shape: readonly [rows: number, dim: number];
    /** Bits per value of each row, (rows): 0 (not stored), 1, 2, 4, 8, 16 or 32; or its projected kind, 128 the first. */
    bits: Uint8Array;
    /**
     * The rows of each kind, one after another, in the order of the table: up to 8 bits, the output of `roundRows`; for 16
     * and 32 bits, the values as little-endian float16 and float32; for a projected kind, the coefficients, packed bit by bit.
     * Held by reference if no `memory` is given.
     */
    rowsByBits: Partial<Record<RowKind, Uint8Array>>;
    /** The basis of projected rows and the coefficients of each kind. */
    projection?: Projection | undefined;
    /** Where the table is built, for the fast gather. Default: arrays of its own. */
    memory?: TableMemory | undefined;
  }): MixedPrecisionTable {
    const classes = classOrder(countBits(bits, shape[0], projection?.kinds.length));
    for (const { bits: ofClass, rows } of classes) {
      const expected = rowsBytes(ofClass, rows, shape[1], projection);
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
      classes: classes.map(({ bits: ofClass, rows }) => ({
        bits: ofClass,
        rows: rowsByBits[ofClass]!,
        ...(isProjectedKind(ofClass) ? { count: rows } : {}),
      })),
      classBits: encodeClasses(bits, classes),
      ...(projection ? { projection } : {}),
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
    projection,
    memory,
  }: {
    table: { data: Float32Array; shape: readonly number[] };
    /** Bits per value of each row, (rows): 0 (not stored), 1, 2, 4, 8, 16 or 32; or its projected kind, 128 the first. */
    bits: Uint8Array;
    /**
     * (dim, dim), symmetric: how much the loss grows with the error of a row, e^T curvature e. Codes and
     * coefficients are rounded so as to keep this small (`roundRows`). Default: each value to the nearest code.
     */
    curvature?: Float64Array | undefined;
    /** The basis of projected rows and the coefficients of each kind. */
    projection?: Projection | undefined;
    /** Where the table is built, for the fast gather. Default: arrays of its own. */
    memory?: TableMemory | undefined;
  }): MixedPrecisionTable {
    const [rows, dim] = checkedTableShape(table);
    const rowsOfBits = countBits(bits, rows, projection?.kinds.length);
    const of = { data: table.data, dim, bits, rowsOfBits, curvature };
    const rowsByBits = { ...roundByBits(of), ...(projection ? projectRows({ ...of, projection }) : {}) };
    return MixedPrecisionTable.fromRows({ shape: [rows, dim], bits, rowsByBits, projection, memory });
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
      classes: this.#classes.map(({ bits, count, rows }) => ({
        bits,
        rows: rows.bytes,
        ...(isProjectedKind(bits) ? { count } : {}),
      })),
      classBits: this.#classBits.map(({ bits }) => bits.bytes),
      ...(this.#projection ? { projection: projectionParts(this.#projection) } : {}),
    };
  }

  /** Bits of a value for each row, (rows), or its projected kind, as a new array: 0 where the row is not stored. */
  get bits(): Uint8Array {
    const bits = new Uint8Array(this.rows);
    for (const { row, ofClass } of this.#storedInOrder()) bits[row] = this.#classes[ofClass]!.bits;
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
    const readers = this.#readers(dense);
    for (const { row, ofClass, place } of this.#storedInOrder()) readers[ofClass]!(place, row * this.dim);
  }

  protected override storedRowsFor(out: Float32Array): StoredRows {
    const readers = this.#readers(out);
    return {
      find: (row) => findRow(this.#index, row),
      readRow: (stored, to) => {
        const { place, inClass } = findClass(this.#classBits, stored);
        readers[place]!(inClass, to);
      },
    };
  }

  /** For each class, a function that reads its row at a place into `out`. */
  #readers(out: Float32Array): ((place: number, to: number) => void)[] {
    const { dim } = this;
    return this.#classes.map(({ bits, rows }) => {
      if (isProjectedKind(bits)) {
        const projection = projectionParts(this.#projection!);
        const kind = projectedRowsOf(projection, bits);
        const expanded = expandedKind(projection.basis, kind, dim);
        const { bytes } = rows;
        return (place, to) => readProjectedRow(bytes, place, kind.coefficientBits, expanded, out, to);
      }
      const { view } = rows;
      const rowBytes = storedRowBytes(bits, dim);
      return (place, to) => readStoredRow(view, place * rowBytes, bits, dim, out, to);
    });
  }

  /** Bytes of the scratch space for the expanded kinds. */
  #expandedBytes(): number {
    const kinds = this.#projection?.kinds ?? [];
    return kinds.reduce(
      (sum, { coefficientBits }) => sum + expandedKindBytes(coefficientBits.length, this.dim),
      0,
    );
  }

  /** The classes as the kernel knows them; projected kinds are expanded at `expanded`. */
  #classesOfHeader(expanded: number): ClassOfHeader[] {
    const kinds = this.#projection?.kinds ?? [];
    return this.#classes.map(({ bits, rows }) => {
      if (!isProjectedKind(bits)) {
        return { bits, rowBytes: storedRowBytes(bits, this.dim), rows, coefficients: 0, expanded: 0 };
      }
      const { coefficientBits, coefficients } = projectedRowsOf({ kinds }, bits);
      const at = expanded;
      expanded += expandedKindBytes(coefficientBits.length, this.dim);
      return {
        ...{ bits, rowBytes: coefficientBits.length, rows },
        coefficients: coefficients.offset,
        expanded: at,
      };
    });
  }

  /** The stored rows in order: the row, the index of its class, and its place within the class. */
  *#storedInOrder(): Generator<{ row: number; ofClass: number; place: number }> {
    const { index, classBits } = this.parts();
    const next = this.#classes.map(() => 0);
    const places = classesInOrder(classBits, this.storedRows);
    for (const row of keptRows(index, { rows: this.rows, kept: this.storedRows })) {
      const ofClass = places.next().value as number;
      yield { row, ofClass, place: next[ofClass]!++ };
    }
  }
}

/** @throws RangeError if `bits` has another length than `rows`, or naming a row with an invalid number of bits. */
function countBits(bits: Uint8Array, rows: number, projected = 0): RowsOfBits {
  if (bits.length !== rows) throw new RangeError(`expected the bits of ${rows} rows, found ${bits.length}`);
  const counts = new Array<number>(256).fill(0);
  for (const found of bits) counts[found]!++;
  counts.forEach((count, found) => {
    if (count > 0 && found !== 0 && !isRowKind(found, projected)) {
      throw new RangeError(
        `expected rows of 0, ${storedRowBits.join(', ')} bits, found ${found} at row ${bits.indexOf(found)}`,
      );
    }
  });
  return Object.fromEntries(rowKinds.map((kind) => [kind, counts[kind]!]));
}
