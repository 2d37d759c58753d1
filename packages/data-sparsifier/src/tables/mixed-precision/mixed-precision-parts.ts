import { checkTableSizes } from '../checked-table-shape.js';
import { storedRowBytes, isStoredRowBits, storedRowBits, type StoredRowBits } from './row-bits.js';
import { checkClasses } from './row-classes.js';
import { checkIndex, type RowIndexParts } from './row-index.js';

/**
 * A mixed-precision table in the form for files and for sharing with threads: plain data and byte arrays, which may be over
 * a SharedArrayBuffer.
 */
export interface MixedPrecisionParts {
  /** Rows and values in a row. */
  shape: readonly [rows: number, dim: number];
  /** Which rows are stored. */
  index: RowIndexParts;
  /** The classes of stored rows; the rows of a class are contiguous and in the order of the table. */
  classes: readonly {
    /** Bits per value. */
    bits: StoredRowBits;
    /** The rows: fused codes, scale and minimum, or float16 or float32 values. */
    rows: Uint8Array;
  }[];
  /**
   * For each class except the last, a bit for each stored row that is in no earlier class: 0 if the row is in this class, 1
   * if it is in a later one. Least significant bit first.
   */
  classBits: readonly Uint8Array[];
}

/**
 * The number of rows of each class, and the total.
 *
 * @throws RangeError naming a part that is invalid or disagrees with the others.
 */
export function checkParts({ shape: [rows, dim], index, classes, classBits }: MixedPrecisionParts): {
  rowsOfClass: number[];
  kept: number;
} {
  checkTableSizes({ rows, dim, blockWidth: 1 });
  if (rows > 2 ** 31) throw new RangeError(`shape: expected at most 2^31 rows, found ${rows}`);
  const rowsOfClass = classes.map(({ bits, rows: packed }, place) => {
    if (!isStoredRowBits(bits)) {
      throw new RangeError(
        `classes: expected rows of ${storedRowBits.join(', ')} bits, found ${String(bits)}`,
      );
    }
    if (classes.findIndex((other) => other.bits === bits) !== place) {
      throw new RangeError(`classes: expected rows of ${bits} bits only once`);
    }
    const rowBytes = storedRowBytes(bits, dim);
    if (rowBytes === 0 || packed.length === 0 || packed.length % rowBytes !== 0) {
      throw new RangeError(
        `rows${bits}: expected rows of ${rowBytes} bytes, at least one, found ${packed.length} bytes`,
      );
    }
    checkScales(packed, bits, rowBytes);
    return packed.length / rowBytes;
  });
  const kept = rowsOfClass.reduce((sum, count) => sum + count, 0);
  checkIndex(index, rows, kept);
  checkClasses(classBits, rowsOfClass);
  return { rowsOfClass, kept };
}

/** @throws RangeError if a scale or minimum is infinite or NaN. */
function checkScales(packed: Uint8Array, bits: StoredRowBits, rowBytes: number): void {
  if (bits >= 16) return;
  for (let end = rowBytes, row = 0; end <= packed.length; end += rowBytes, row++) {
    // The upper bytes of two little-endian float16.
    if ((packed[end - 3]! & 0x7c) === 0x7c || (packed[end - 1]! & 0x7c) === 0x7c) {
      throw new RangeError(
        `rows${bits}: expected finite scales and minima, found another value at position ${row}`,
      );
    }
  }
}
