import { maxFloat16 } from '../../../quantization/quantized-row-format.js';
import {
  projectedKinds,
  projectedRowsBytes,
  writeCodes,
  type ProjectedKind,
  type Projection,
} from './projection.js';
import { ProjectedCoder } from './projected-coder.js';
import { projectedRowsOf } from '../row-kinds.js';
import type { RowsOfBits } from '../row-classes.js';

/**
 * Codes the projected rows of a dense table, in the form that `MixedPrecisionTable.fromRows` takes.
 *
 * @param data (rows, dim)
 * @param bits (rows); only rows of projected kinds are coded
 * @param curvature (dim, dim): how much the loss grows with the error of a row; default: the identity
 * @throws RangeError naming the row and column of a value that is not finite or beyond float16
 */
export function projectRows({
  data,
  dim,
  bits,
  rowsOfBits,
  projection,
  curvature,
}: {
  data: Float32Array;
  dim: number;
  bits: Uint8Array;
  rowsOfBits: RowsOfBits;
  projection: Projection;
  curvature?: Float64Array | undefined;
}): Partial<Record<ProjectedKind, Uint8Array>> {
  const coder = new ProjectedCoder({ projection, dim, curvature });
  const codes = new Uint16Array(Math.max(...projection.kinds.map((kind) => kind.coefficientBits.length)));
  const coded = projectedKinds.slice(0, projection.kinds.length).map((kind) => {
    const ofKind = projectedRowsOf(projection, kind);
    const rows = new Uint8Array(projectedRowsBytes(ofKind, rowsOfBits[kind] ?? 0));
    let place = 0;
    for (let row = bits.indexOf(kind); row >= 0; row = bits.indexOf(kind, row + 1)) {
      for (let column = 0; column < dim; column++) {
        const value = data[row * dim + column]!;
        if (Math.abs(value) <= maxFloat16) continue;
        throw new RangeError(
          `cannot project row ${row}, column ${column}: expected a finite value within ${maxFloat16}, found ${value}`,
        );
      }
      coder.take(data, row * dim);
      coder.code(kind - projectedKinds[0], codes);
      writeCodes(rows, place++, ofKind.coefficientBits, codes);
    }
    return [kind, rows] as const;
  });
  return Object.fromEntries(coded);
}
