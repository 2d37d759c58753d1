import { checkTableSizes } from '../checked-table-shape.js';
import { storedRowBytes, storedRowBits, type StoredRowBits } from './row-bits.js';
import {
  checkProjection,
  isProjectedKind,
  projectedRowBits,
  projectedRowsBytes,
  type ProjectedKind,
  type Projection,
} from './projection/projection.js';
import { isRowKind, projectedRowsOf, type RowKind } from './row-kinds.js';
import { checkClasses } from './row-classes.js';
import { checkIndex, type RowIndexParts } from './row-index/row-index.js';

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
    /** Bits per value, or the projected kind, 128 the first. */
    bits: RowKind;
    /**
     * The rows: fused codes, scale and minimum; float16 or float32 values; or the coefficients of projected rows, packed
     * bit by bit.
     */
    rows: Uint8Array;
    /** Number of rows, for a projected kind only: such rows need not end at a byte boundary. */
    count?: number;
  }[];
  /** The basis of projected rows and the coefficients of each kind, if the table has such rows. */
  projection?: Projection | undefined;
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
export function checkParts({
  shape: [rows, dim],
  index,
  classes,
  classBits,
  projection,
}: MixedPrecisionParts): {
  rowsOfClass: number[];
  kept: number;
} {
  checkTableSizes({ rows, dim, blockWidth: 1 });
  if (rows > 2 ** 31) throw new RangeError(`shape: expected at most 2^31 rows, found ${rows}`);
  if (projection) checkProjection(projection, dim);
  const rowsOfClass = classes.map(({ bits, rows: packed, count }, place) => {
    if (!isRowKind(bits, projection?.kinds.length ?? 0)) {
      throw new RangeError(
        `classes: expected rows of ${storedRowBits.join(', ')} bits, found ${String(bits)}`,
      );
    }
    if (classes.findIndex((other) => other.bits === bits) !== place) {
      throw new RangeError(`classes: expected rows of ${bits} bits only once`);
    }
    if (isProjectedKind(bits)) return checkedProjectedRows(packed, count, bits, projection!);
    const rowBytes = storedRowBytes(bits, dim);
    if (packed.length === 0 || packed.length % rowBytes !== 0) {
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

/** The number of projected rows. They end within the last byte, and the bits after them are 0. */
function checkedProjectedRows(
  packed: Uint8Array,
  count: number | undefined,
  kind: ProjectedKind,
  projection: Projection,
): number {
  if (count === undefined || !Number.isSafeInteger(count) || count < 1) {
    throw new RangeError(`rows${kind}: expected a number of rows, at least one, found ${count}`);
  }
  const ofKind = projectedRowsOf(projection, kind);
  const bytes = projectedRowsBytes(ofKind, count);
  if (packed.length !== bytes) {
    throw new RangeError(
      `rows${kind}: expected ${bytes} bytes for ${count} rows of ${projectedRowBits(ofKind)} bits, ` +
        `found ${packed.length}`,
    );
  }
  const used = (count * projectedRowBits(ofKind)) % 8;
  if (used > 0 && packed.at(-1)! >>> used !== 0) {
    throw new RangeError(`rows${kind}: has ones after its ${count} rows`);
  }
  return count;
}

/** No row that was stored has a scale or minimum that is infinite or not a number. */
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
