import { fromFloat16 } from '../../../quantization/float16.js';
import { roundHalfToEven } from '../../../quantization/round-half-to-even.js';
import { checkProjection, type Projection } from './projection.js';

interface CodedKind {
  coefficientBits: readonly number[];
  steps: Float64Array;
}

/**
 * Codes rows of a table in its projection, coefficient by coefficient. Each code is the one that minimises e^T curvature e,
 * where e is the error of the row so far. Where directions overlap, later coefficients make up for the error of earlier ones.
 */
export class ProjectedCoder {
  readonly #dim: number;
  readonly #curvature: Float64Array | undefined;
  readonly #mean: Float64Array;
  /** (directions, dim): the curvature times each direction. */
  readonly #weighted: Float64Array;
  /** (directions, directions): d_i^T curvature d_j, for i <= j only. */
  readonly #products: Float64Array;
  readonly #directions: number;
  readonly #kinds: readonly CodedKind[];
  readonly #residual: Float64Array;
  /** For each direction d, d^T curvature r, where r is the row minus the mean. */
  readonly #alignments: Float64Array;
  readonly #left: Float64Array;
  #energy = 0;
  /** How many alignments of the current row are known. */
  #aligned = 0;

  /** @throws RangeError naming the invalid part of the projection, or a curvature of the wrong size. */
  constructor({
    projection,
    dim,
    curvature,
  }: {
    /** As for `MixedPrecisionTable.fromRows`. */
    projection: Projection;
    /** Values in a row. */
    dim: number;
    /** (dim, dim), symmetric; default: the identity. */
    curvature?: Float64Array | undefined;
  }) {
    checkProjection(projection, dim);
    if (curvature && curvature.length !== dim * dim) {
      throw new RangeError(`expected a curvature (${dim}, ${dim}), found ${curvature.length} values`);
    }
    const { basis, kinds } = projection;
    const halves = (bytes: Uint8Array) =>
      Float64Array.from({ length: bytes.length / 2 }, (_, at) =>
        fromFloat16(bytes[2 * at]! | (bytes[2 * at + 1]! << 8)),
      );
    const values = halves(basis);
    this.#dim = dim;
    this.#curvature = curvature;
    this.#mean = values.subarray(0, dim);
    const directions = values.length / dim - 1;
    this.#directions = directions;
    this.#weighted = new Float64Array(directions * dim);
    this.#products = new Float64Array(directions * directions);
    for (let k = 0; k < directions; k++) {
      const direction = values.subarray((1 + k) * dim, (2 + k) * dim);
      this.#weighted.set(times(curvature, direction), k * dim);
      for (let j = 0; j <= k; j++) {
        const earlier = values.subarray((1 + j) * dim, (2 + j) * dim);
        this.#products[j * directions + k] = dot(earlier, this.#weighted, k * dim);
      }
    }
    this.#kinds = kinds.map(({ coefficientBits, steps }) => ({ coefficientBits, steps: halves(steps) }));
    this.#residual = new Float64Array(dim);
    this.#alignments = new Float64Array(directions);
    this.#left = new Float64Array(directions);
  }

  /** Takes the row that starts at index `from` of `values`, for `code`. */
  take(values: Float32Array, from: number): void {
    const dim = this.#dim;
    const residual = this.#residual;
    for (let column = 0; column < dim; column++)
      residual[column] = values[from + column]! - this.#mean[column]!;
    this.#energy = quadratic(this.#curvature, residual);
    this.#aligned = 0;
  }

  /**
   * Codes the row as the `kind`-th projected kind, 0 being the first.
   *
   * @param codes receives the code of each coefficient
   * @returns e^T curvature e
   */
  code(kind: number, codes: Uint16Array): number {
    const { coefficientBits, steps } = this.#kinds[kind]!;
    const used = coefficientBits.length;
    const alignments = this.#alignments;
    for (; this.#aligned < used; this.#aligned++) {
      alignments[this.#aligned] = dot(this.#residual, this.#weighted, this.#aligned * this.#dim);
    }
    const left = this.#left;
    for (let k = 0; k < used; k++) left[k] = alignments[k]!;
    const products = this.#products;
    const directions = this.#directions;
    let energy = this.#energy;
    for (let k = 0; k < used; k++) {
      const highest = (1 << coefficientBits[k]!) - 1;
      const own = products[k * (directions + 1)]!;
      const step = steps[k]!;
      const wanted = own > 0 && step !== 0 ? left[k]! / own / step : 0;
      const code = Math.max(0, Math.min(highest, roundHalfToEven(wanted + highest / 2)));
      codes[k] = code;
      const value = (code - highest / 2) * step;
      energy += value * (value * own - 2 * left[k]!);
      for (let j = k + 1; j < used; j++) left[j] = left[j]! - value * products[k * directions + j]!;
    }
    return Math.max(0, energy);
  }
}

function times(matrix: Float64Array | undefined, vector: Float64Array): Float64Array {
  if (!matrix) return vector;
  return vector.map((_, row) => dot(vector, matrix, row * vector.length));
}

/** The dot product with the values of `others` from index `from` on. */
function dot(values: Float64Array, others: Float64Array, from: number): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at]! * others[from + at]!;
  return sum;
}

/** e^T matrix e, for a symmetric matrix. */
function quadratic(matrix: Float64Array | undefined, e: Float64Array): number {
  if (!matrix) return dot(e, e, 0);
  const dim = e.length;
  let sum = 0;
  for (let i = 0; i < dim; i++) {
    let product = 0.5 * matrix[i * dim + i]! * e[i]!;
    for (let j = 0; j < i; j++) product += matrix[i * dim + j]! * e[j]!;
    sum += 2 * e[i]! * product;
  }
  return sum;
}
