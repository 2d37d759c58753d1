import { countOnesBefore, rowsPerGroup, setBit } from './bit-ranks.js';
import { checkedTableShape } from './checked-table-shape.js';
import {
  fitsFloat32Scales,
  maxFloat16,
  packRow,
  rowBytesOf,
  unpackRow,
  type QuantizedRowFormat,
} from '../quantization/quantized-row-format.js';
import { quantizedHeaderFields } from './row-kernels.js';
import { findByBitmap, rowWordsPerGroup, StoredRowTable, type StoredRows } from './stored-row-table.js';
import type { TableMemory } from './table-memory.js';

// The kernel loads 4 bytes at a time.
const paddingBytes = 4;

/**
 * An embedding table of 8- or 4-bit codes with a scale and an offset for each row. Rows of zeros (pruned rows) are not
 * stored and read as +0; a bitmap with ranks finds the others. The zeros of a stored row are rounded like its other values.
 */
export class QuantizedTable extends StoredRowTable {
  /** How a row is stored. */
  readonly format: Readonly<QuantizedRowFormat>;
  /** Number of stored rows. */
  readonly storedRows: number;
  /** Bytes of the table in memory. */
  readonly byteLength: number;

  readonly #rowBytes: number;
  readonly #view: () => { rowBits: Uint32Array; rowRanks: Uint32Array; packed: Uint8Array };

  private constructor(
    sizes: { rows: number; dim: number; storedRows: number; format: QuantizedRowFormat },
    memory: TableMemory | undefined,
  ) {
    const { rows, dim, storedRows, format } = sizes;
    // Allocating may move the memory, so everything is allocated first and views are created when needed.
    super(sizes, { memory, kernel: 'gatherQuantizedRows', headerFields: quantizedHeaderFields });
    this.format = { ...format };
    this.storedRows = storedRows;
    this.#rowBytes = rowBytesOf(format, dim);
    const groups = Math.ceil(rows / rowsPerGroup);
    const bytes = {
      rowBits: (groups * rowsPerGroup) / 8,
      rowRanks: 4 * groups,
      packed: storedRows * this.#rowBytes + paddingBytes,
    };
    this.byteLength = bytes.rowBits + bytes.rowRanks + bytes.packed;
    const at = {
      rowBits: memory ? memory.allocate(bytes.rowBits) : 0,
      rowRanks: memory ? memory.allocate(bytes.rowRanks) : 0,
      packed: memory ? memory.allocate(bytes.packed) : 0,
    };
    const viewsOf = (rowBits: ArrayBufferLike, rowRanks: ArrayBufferLike, packed: ArrayBufferLike) => ({
      rowBits: new Uint32Array(rowBits, at.rowBits, bytes.rowBits / 4),
      rowRanks: new Uint32Array(rowRanks, at.rowRanks, groups),
      packed: new Uint8Array(packed, at.packed, bytes.packed),
    });
    if (memory) {
      let views = viewsOf(memory.buffer, memory.buffer, memory.buffer);
      this.#view = () => {
        if (views.packed.buffer !== memory.buffer)
          views = viewsOf(memory.buffer, memory.buffer, memory.buffer);
        return views;
      };
      const header = {
        rows,
        dim,
        bits: format.bits,
        halfScales: format.scaleType === 'float16' ? 1 : 0,
        rowBytes: this.#rowBytes,
        ...at,
      };
      memory
        .int32(this.header, quantizedHeaderFields.length)
        .set(quantizedHeaderFields.map((field) => header[field]));
    } else {
      const views = viewsOf(
        new ArrayBuffer(bytes.rowBits),
        new ArrayBuffer(bytes.rowRanks),
        new ArrayBuffer(bytes.packed),
      );
      this.#view = () => views;
    }
  }

  /**
   * Quantises a dense table, `table.data` of shape (rows, dim).
   *
   * @throws RangeError if shape, data and mask do not match, or the format is unknown; or naming the row and column of a
   *   value that is not finite or, with float16 scales, too large for float16, or a row whose range is too large for float32.
   */
  static fromDense({
    table,
    bits = 8,
    scaleType = bits === 8 ? 'float32' : 'float16',
    mask,
    memory,
  }: {
    table: { data: Float32Array; shape: readonly number[] };
    /** Bits of a code; default 8. */
    bits?: 8 | 4;
    /** Type of scale and offset; default as in PyTorch, float32 for 8 bits and float16 for 4. */
    scaleType?: 'float32' | 'float16';
    /** One entry per value: 0 prunes. Default: nothing is pruned. */
    mask?: Uint8Array;
    /** The memory for the table, for the fast gather; default: separate arrays. */
    memory?: TableMemory;
  }): QuantizedTable {
    const [rows, dim] = checkedTableShape(table, mask);
    if (bits !== 8 && bits !== 4)
      throw new RangeError(`expected codes of 8 or 4 bits, found ${String(bits)}`);
    if (scaleType !== 'float32' && scaleType !== 'float16') {
      throw new RangeError(`expected scales of type float32 or float16, found ${String(scaleType)}`);
    }
    const format = { bits, scaleType };
    const largest = scaleType === 'float16' ? maxFloat16 : Number.MAX_VALUE;
    const valueAt = (at: number) => (mask && mask[at] === 0 ? 0 : table.data[at]!);
    const isStored = (row: number): boolean => {
      for (let at = row * dim; at < (row + 1) * dim; at++) if (valueAt(at) !== 0) return true;
      return false;
    };

    let storedRows = 0;
    for (let row = 0; row < rows; row++) if (isStored(row)) storedRows++;
    const quantized = new QuantizedTable({ rows, dim, storedRows, format }, memory);
    const { rowBits, rowRanks, packed } = quantized.#view();
    const values = new Float32Array(dim);
    let nextRow = packed.byteOffset;
    for (let row = 0; row < rows; row++) {
      if (!isStored(row)) continue;
      setBit(rowBits, row);
      let smallestInRow = Infinity;
      let largestInRow = -Infinity;
      for (let column = 0; column < dim; column++) {
        const value = valueAt(row * dim + column);
        if (!(Math.abs(value) <= largest)) {
          throw new RangeError(
            `cannot quantise row ${row}, column ${column}: expected a finite value within ${largest}, found ${value}`,
          );
        }
        values[column] = value;
        if (value < smallestInRow) smallestInRow = value;
        if (value > largestInRow) largestInRow = value;
      }
      if (scaleType === 'float32' && !fitsFloat32Scales(smallestInRow, largestInRow, bits)) {
        throw new RangeError(
          `cannot quantise row ${row}: its range, ${smallestInRow} to ${largestInRow}, is too large for float32`,
        );
      }
      packRow(values, new DataView(packed.buffer, nextRow, quantized.#rowBytes), format);
      nextRow += quantized.#rowBytes;
    }
    countOnesBefore(rowBits, rowRanks, rowWordsPerGroup);
    return quantized;
  }

  /** The stored rows, (storedRows, bytes of a row): a view of the table, not a copy. */
  packedRows(): Uint8Array {
    return this.#view().packed.subarray(0, this.storedRows * this.#rowBytes);
  }

  protected override storedRowsFor(out: Float32Array): StoredRows {
    const { rowBits, rowRanks, packed } = this.#view();
    const { buffer, byteOffset } = packed;
    const { dim, format } = this;
    const rowBytes = this.#rowBytes;
    const readRow = (stored: number, to: number) => {
      unpackRow(new DataView(buffer, byteOffset + stored * rowBytes, rowBytes), out, to, dim, format);
    };
    return { find: findByBitmap(rowBits, rowRanks), readRow };
  }
}
