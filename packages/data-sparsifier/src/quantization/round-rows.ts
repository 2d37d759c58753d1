import { maxFloat16, packRow, rowBytesOf, unpackRow } from './quantized-row-format.js';
import { greedyRange } from './greedy-range.js';
import { roundByCurvature } from './round-by-curvature.js';

/** Bits of the codes of a fused row. */
export type RowBits = 8 | 4 | 2 | 1;

/**
 * How the codes of a row are chosen:
 *
 * - `nearest`: the nearest code between the row's smallest and largest value, as in FBGEMM;
 * - `greedy`: the nearest code within a narrower range, found by PyTorch's greedy search for the smallest squared error
 *   (`embedding_bag_4bit_prepack(optimized_qparams=True)`);
 * - `curvature`: column by column, carrying the error of each to the columns not yet rounded so that the loss changes
 *   least (GPTQ, Frantar et al. 2022, https://arxiv.org/abs/2210.17323).
 */
export type Rounding = 'nearest' | 'greedy' | 'curvature';

/** Bytes of a fused row: its codes, the first in the lowest bits of its byte, a float16 scale and a float16 offset. */
export function fusedRowBytes(dim: number, bits: RowBits): number {
  return rowBytesOf({ bits, scaleType: 'float16' }, dim);
}

/**
 * Rounds rows to FBGEMM's fused rows with 2- and 4-bit codes, or to rows of the same layout with 1- and 8-bit codes. A
 * value reads as code * scale + offset.
 *
 * @returns (rows, fusedRowBytes)
 * @throws RangeError if `values` is not a whole number of rows, if `bits` or `rounding` is unknown, if the curvature is
 *   missing or not (dim, dim), or, naming the row and column, if a value is not finite or too large for float16.
 */
export function roundRows({
  values,
  dim,
  bits,
  rounding,
  curvature,
}: {
  /** (rows, dim), row-major. */
  values: Float32Array;
  /** Values in a row. */
  dim: number;
  /** Bits of a code. */
  bits: RowBits;
  /** How the codes are chosen. */
  rounding: Rounding;
  /** (dim, dim), symmetric, for `curvature`: an error e of a row increases the loss by e^T curvature e. */
  curvature?: Float64Array;
}): Uint8Array<ArrayBuffer> {
  const rows = countRows(values.length, dim, 'values');
  checkBits(bits);
  checkValues(values, dim);
  if (rounding === 'curvature') {
    if (curvature?.length !== dim * dim) {
      const found = curvature ? `${curvature.length} values` : 'none';
      throw new RangeError(`rounding "curvature": expected a curvature (${dim}, ${dim}), found ${found}`);
    }
    return roundByCurvature({ values, dim, bits, curvature });
  }
  if (rounding !== 'nearest' && rounding !== 'greedy') {
    throw new RangeError(
      `expected the rounding nearest, greedy or curvature, found ${JSON.stringify(rounding)}`,
    );
  }
  const rowBytes = fusedRowBytes(dim, bits);
  const packed = new Uint8Array(rows * rowBytes);
  for (let row = 0; row < rows; row++) {
    const ofRow = values.subarray(row * dim, (row + 1) * dim);
    const view = new DataView(packed.buffer, row * rowBytes, rowBytes);
    const range = rounding === 'greedy' ? greedyRange(ofRow, bits) : undefined;
    packRow(ofRow, view, { bits, scaleType: 'float16' }, range);
  }
  return packed;
}

/**
 * The values of fused rows.
 *
 * @returns (rows, dim)
 * @throws RangeError if `bits` is unknown or the bytes are not a whole number of rows.
 */
export function unpackFusedRows({
  packed,
  dim,
  bits,
}: {
  /** (rows, fusedRowBytes), as `roundRows` returns them. */
  packed: Uint8Array;
  /** Values in a row. */
  dim: number;
  /** Bits of a code. */
  bits: RowBits;
}): Float32Array<ArrayBuffer> {
  checkBits(bits);
  const rowBytes = fusedRowBytes(dim, bits);
  const rows = countRows(packed.length, rowBytes, 'packed');
  const values = new Float32Array(rows * dim);
  for (let row = 0; row < rows; row++) {
    const view = new DataView(packed.buffer, packed.byteOffset + row * rowBytes, rowBytes);
    unpackRow(view, values, row * dim, dim, { bits, scaleType: 'float16' });
  }
  return values;
}

function countRows(length: number, perRow: number, name: string): number {
  if (!Number.isSafeInteger(perRow) || perRow < 1 || length % perRow !== 0) {
    throw new RangeError(`${name}: expected a whole number of rows of ${perRow}, found ${length} in all`);
  }
  return length / perRow;
}

function checkBits(bits: number): void {
  if (bits !== 8 && bits !== 4 && bits !== 2 && bits !== 1) {
    throw new RangeError(`expected codes of 8, 4, 2 or 1 bits, found ${JSON.stringify(bits)}`);
  }
}

function checkValues(values: Float32Array, dim: number): void {
  const at = values.findIndex((value) => !(Math.abs(value) <= maxFloat16));
  if (at < 0) return;
  throw new RangeError(
    `cannot round row ${Math.floor(at / dim)}, column ${at % dim}: expected a finite value within ${maxFloat16}, ` +
      `found ${values[at]}`,
  );
}
