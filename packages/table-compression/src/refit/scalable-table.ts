import {
  fromFloat16,
  isProjectedKind,
  maxFloat16,
  MixedPrecisionTable,
  projectedKinds,
  toFloat16,
} from '@ds/data-sparsifier';
import type { Tensor } from '@ds/tensor-files';

/** A table whose rows are scaled in groups, without a byte more. */
export interface ScalableTable<Scaled> {
  /** Number of scales. */
  readonly scales: number;
  /**
   * The parts of a row that have a scale: calls `onPart` with the scale and the values, (dim). A row that is not stored has
   * none.
   */
  partsOf(row: number, onPart: (scale: number, values: Float32Array) => void): void;
  /** The table with each part multiplied by 1 + its scale. */
  scaledBy(scales: ArrayLike<number>): Scaled;
}

/** The group of a row that was looked up so often in the training split: rows within a factor of two share a scale. */
function groupOf(accesses: number): number {
  return accesses < 1 ? 0 : 1 + Math.floor(Math.log2(accesses));
}

/** The scales of the rows of a dense table: one for each group. */
export function scalableDense({ data, shape }: Tensor, accesses: Float64Array): ScalableTable<Tensor> {
  const dim = shape[1]!;
  const groups = numbered(Array.from(accesses, groupOf));
  return {
    scales: groups.count,
    partsOf: (row, onPart) => onPart(groups.of[row]!, data.subarray(row * dim, (row + 1) * dim)),
    scaledBy: (scales) => ({
      data: data.map((value, at) => value * (1 + scales[groups.of[Math.floor(at / dim)]!]!)),
      shape,
    }),
  };
}

/**
 * The scales of the rows of a compressed table. Rows of codes have one for each group, which goes into their own scale and
 * minimum. Projected rows have none of their own: their coefficients have one for each kind, which goes into its steps, and
 * the mean of the table has one, which goes into the basis.
 */
export function scalableMixed(
  table: MixedPrecisionTable,
  accesses: Float64Array,
): ScalableTable<MixedPrecisionTable> {
  const { rows, dim, bits } = table;
  const parts = table.parts();
  const projected = parts.projection;
  const kinds = projected ? projected.kinds.length : 0;
  const groups = numbered(
    Array.from(bits, (own, row) => (own === 0 || isProjectedKind(own) ? -1 : groupOf(accesses[row]!))),
  );
  const meanScale = groups.count + kinds;
  const scaleOf = (row: number) =>
    isProjectedKind(bits[row]!) ? groups.count + bits[row]! - projectedKinds[0] : groups.of[row]!;
  const mean = Float32Array.from({ length: projected ? dim : 0 }, (_, at) => half(projected!.basis, 2 * at));
  const one = Int32Array.of(0);
  const values = new Float32Array(dim);
  return {
    scales: groups.count + (projected ? kinds + 1 : 0),
    partsOf(row, onPart) {
      if (bits[row] === 0) return;
      one[0] = row;
      table.gatherRows(one, values);
      if (isProjectedKind(bits[row]!)) {
        onPart(meanScale, mean);
        for (let at = 0; at < dim; at++) values[at]! -= mean[at]!;
      }
      onPart(scaleOf(row), values);
    },
    scaledBy(scales) {
      const classes = parts.classes.map(({ rows: packed, ...rest }) => {
        const copy = packed.slice();
        if (!isProjectedKind(rest.bits)) {
          let place = 0;
          const bytes = copy.length / table.rowsOfBits[rest.bits]!;
          for (let row = 0; row < rows; row++) {
            if (bits[row] !== rest.bits) continue;
            scaleRow(copy.subarray(place, place + bytes), rest.bits, 1 + scales[scaleOf(row)]!);
            place += bytes;
          }
        }
        return { ...rest, rows: copy };
      });
      if (!projected) return MixedPrecisionTable.fromParts({ ...parts, classes });
      const basis = projected.basis.slice();
      scaleHalves(basis.subarray(0, 2 * dim), 1 + scales[meanScale]!);
      const scaledKinds = projected.kinds.map(({ coefficientBits, steps }, kind) => {
        const copy = steps.slice();
        scaleHalves(copy, 1 + scales[groups.count + kind]!);
        return { coefficientBits, steps: copy };
      });
      return MixedPrecisionTable.fromParts({ ...parts, classes, projection: { basis, kinds: scaledKinds } });
    },
  };
}

/** Groups renumbered without gaps; -1 stays. */
function numbered(groups: readonly number[]): { of: Int32Array; count: number } {
  const known = [...new Set(groups)].filter((group) => group >= 0).sort((a, b) => a - b);
  const places = new Map(known.map((group, place) => [group, place]));
  return { of: Int32Array.from(groups, (group) => places.get(group) ?? -1), count: known.length };
}

/** Multiplies a stored row: float32 or float16 values, or the scale and the minimum behind its codes. */
function scaleRow(row: Uint8Array, bits: number, factor: number): void {
  if (bits !== 32) return scaleHalves(bits === 16 ? row : row.subarray(row.length - 4), factor);
  const view = new DataView(row.buffer, row.byteOffset, row.length);
  for (let at = 0; at < row.length; at += 4) view.setFloat32(at, factor * view.getFloat32(at, true), true);
}

function scaleHalves(bytes: Uint8Array, factor: number): void {
  for (let at = 0; at < bytes.length; at += 2) {
    const value = toFloat16(Math.max(-maxFloat16, Math.min(maxFloat16, factor * half(bytes, at))));
    bytes[at] = value & 255;
    bytes[at + 1] = value >> 8;
  }
}

function half(bytes: Uint8Array, at: number): number {
  return fromFloat16(bytes[at]! | (bytes[at + 1]! << 8));
}
