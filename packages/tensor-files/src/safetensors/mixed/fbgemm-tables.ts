import {
  fromFloat16,
  isProjectedKind,
  storedRowBytes,
  type MixedPrecisionTable,
  type StoredRowBits,
} from '@ds/data-sparsifier';

/** The kinds of rows in PyTorch's embedding bags, by the names of their operations; `float` is a plain tensor. */
export type FbgemmRows = '2bit' | '4bit' | 'byte' | 'float';

/** The rows of one kind in a table, and the position of each row of the table among them. */
export interface FbgemmTable {
  kind: FbgemmRows;
  /** (stored rows, bytes of a row). */
  rows: Uint8Array;
  rowBytes: number;
  /** (rows of the table): the position of a row, or -1 if it is pruned or of another kind. */
  remapping: Int32Array;
}

const kindOf: Record<StoredRowBits, FbgemmRows> = {
  1: '2bit',
  2: '2bit',
  4: '4bit',
  8: 'byte',
  16: 'float',
  32: 'float',
};

/**
 * Converts a table to fused rows of FBGEMM's kernels with int32 index remappings, one table for each kind of rows; the sum of
 * their bags is the bag of the table. 1-bit rows become 2-bit rows of the same values, and float16 values float32.
 *
 * @throws RangeError if the codes of a row do not fill their last byte, which PyTorch would read as more values, or if rows
 *   are projected, which FBGEMM's kernels do not support.
 */
export function fbgemmTables(table: MixedPrecisionTable): FbgemmTable[] {
  const { rows, dim, bits } = table;
  const projected = table.parts().classes.find((ofClass) => isProjectedKind(ofClass.bits));
  if (projected) {
    throw new RangeError(
      "FBGEMM's kernels do not read projected rows: expected rows of bits only, as `rows: 'quantized'` makes them, " +
        `found ${projected.count} projected ones`,
    );
  }
  const stored = new Map(table.parts().classes.map((ofClass) => [ofClass.bits as number, ofClass.rows]));
  const next: Record<number, number> = {};
  return (['2bit', '4bit', 'byte', 'float'] as const).flatMap((kind) => {
    const ofKind = (found: number) => found !== 0 && kindOf[found as StoredRowBits] === kind;
    const count = bits.reduce((sum, found) => sum + (ofKind(found) ? 1 : 0), 0);
    if (count === 0) return [];
    const rowBytes = checkedRowBytes(kind, dim);
    const packed = new Uint8Array(count * rowBytes);
    const remapping = new Int32Array(rows).fill(-1);
    let place = 0;
    for (let row = 0; row < rows; row++) {
      const found = bits[row]! as StoredRowBits;
      if (!ofKind(found)) continue;
      const bytes = storedRowBytes(found, dim);
      const at = (next[found] ??= 0);
      next[found] = at + bytes;
      const to = packed.subarray(place * rowBytes, (place + 1) * rowBytes);
      convertRow(stored.get(found)!.subarray(at, at + bytes), found, dim, to);
      remapping[row] = place++;
    }
    return [{ kind, rows: packed, rowBytes, remapping }];
  });
}

function checkedRowBytes(kind: FbgemmRows, dim: number): number {
  if (kind === 'byte') return dim + 8;
  if (kind === 'float') return 4 * dim;
  const perByte = kind === '2bit' ? 4 : 2;
  if (dim % perByte !== 0) {
    throw new RangeError(
      `PyTorch's ${kind} rows have a multiple of ${perByte} values, found ${dim} values in a row`,
    );
  }
  return dim / perByte + 4;
}

function convertRow(row: Uint8Array, bits: StoredRowBits, dim: number, to: Uint8Array): void {
  const from = new DataView(row.buffer, row.byteOffset, row.length);
  const target = new DataView(to.buffer, to.byteOffset, to.length);
  if (bits === 8) {
    // PyTorch's byte rows have a float32 scale and minimum.
    to.set(row.subarray(0, dim));
    target.setFloat32(dim, fromFloat16(from.getUint16(dim, true)), true);
    target.setFloat32(dim + 4, fromFloat16(from.getUint16(dim + 2, true)), true);
  } else if (bits === 1) {
    for (let column = 0; column < dim; column++) {
      to[column >> 2]! |= ((row[column >> 3]! >> (column & 7)) & 1) << (2 * (column & 3));
    }
    to.set(row.subarray(-4), to.length - 4);
  } else if (bits === 16) {
    for (let column = 0; column < dim; column++) {
      target.setFloat32(4 * column, fromFloat16(from.getUint16(2 * column, true)), true);
    }
  } else {
    to.set(row);
  }
}
