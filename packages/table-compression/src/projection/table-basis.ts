import { symmetricEigen } from './symmetric-eigen.js';

/** The mean of some rows of a table, and the directions in which errors cost most. */
export interface TableBasis {
  /** (dim). */
  mean: Float64Array;
  /**
   * (directions, dim): a row is the mean plus the sum of each direction times its coefficient. Coefficients of the rows have a
   * mean of 0 and a variance of 1, weighted by lookups.
   */
  directions: Float64Array;
  /** (directions, dim): the product with a row minus the mean is the row's coefficient. */
  analysis: Float64Array;
  /** (directions), decreasing: the cost of leaving out a coefficient of a row, weighted by lookups. */
  variances: Float64Array;
}

// Directions whose coefficients cost less than this share of the first are left out.
const leastShare = 1e-7;

/**
 * The Karhunen-Loeve transform of rows, in the metric of the curvature and weighted by lookups: the directions are those of
 * L^T C L, where C is the covariance of the rows and L L^T the curvature.
 *
 * @param members the rows to use
 * @returns undefined if all rows are equal
 */
export function tableBasis({
  data,
  dim,
  members,
  accesses,
  curvature,
  mostDirections,
}: {
  /** (rows, dim). */
  data: Float32Array;
  dim: number;
  members: Iterable<number>;
  accesses: Float64Array;
  curvature: Float64Array;
  mostDirections: number;
}): TableBasis | undefined {
  const { mean, covariance } = moments(data, dim, members, accesses);
  const ofCurvature = symmetricEigen(curvature, dim);
  // Rows of L^T: the eigenvectors of the curvature, each times the square root of its eigenvalue.
  const factor = ofCurvature.vectors.map(
    (value, at) => value * Math.sqrt(Math.max(0, ofCurvature.values[Math.floor(at / dim)]!)),
  );
  const inMetric = product(product(factor, covariance, dim), transposed(factor, dim), dim);
  const { values, vectors } = symmetricEigen(inMetric, dim);
  const least = leastShare * values[0]!;
  let count = 0;
  while (count < Math.min(dim, mostDirections) && values[count]! > least && values[count]! > 1e-300) count++;
  if (count === 0) return undefined;
  const analysis = new Float64Array(count * dim);
  const directions = new Float64Array(count * dim);
  for (let k = 0; k < count; k++) {
    const scale = 1 / Math.sqrt(values[k]!);
    for (let i = 0; i < dim; i++) {
      let sum = 0;
      for (let j = 0; j < dim; j++) sum += vectors[k * dim + j]! * factor[j * dim + i]!;
      analysis[k * dim + i] = sum * scale;
    }
    for (let i = 0; i < dim; i++) {
      let sum = 0;
      for (let j = 0; j < dim; j++) sum += covariance[i * dim + j]! * analysis[k * dim + j]!;
      directions[k * dim + i] = sum;
    }
  }
  return { mean, directions, analysis, variances: values.slice(0, count) };
}

/** Mean (dim) and covariance (dim, dim) of rows, weighted by lookups. */
function moments(
  data: Float32Array,
  dim: number,
  members: Iterable<number>,
  accesses: Float64Array,
): { mean: Float64Array; covariance: Float64Array } {
  const mean = new Float64Array(dim);
  const covariance = new Float64Array(dim * dim);
  let total = 0;
  for (const row of members) {
    const weight = accesses[row]!;
    total += weight;
    for (let i = 0; i < dim; i++) {
      const weighted = weight * data[row * dim + i]!;
      mean[i]! += weighted;
      for (let j = 0; j <= i; j++) covariance[i * dim + j]! += weighted * data[row * dim + j]!;
    }
  }
  if (total === 0) return { mean, covariance };
  for (let i = 0; i < dim; i++) mean[i]! /= total;
  for (let i = 0; i < dim; i++) {
    for (let j = 0; j <= i; j++) {
      const value = covariance[i * dim + j]! / total - mean[i]! * mean[j]!;
      covariance[i * dim + j] = value;
      covariance[j * dim + i] = value;
    }
  }
  return { mean, covariance };
}

function product(a: Float64Array, b: Float64Array, dim: number): Float64Array {
  const out = new Float64Array(dim * dim);
  for (let i = 0; i < dim; i++) {
    for (let k = 0; k < dim; k++) {
      const value = a[i * dim + k]!;
      for (let j = 0; j < dim; j++) out[i * dim + j]! += value * b[k * dim + j]!;
    }
  }
  return out;
}

function transposed(a: Float64Array, dim: number): Float64Array {
  return a.map((_, at) => a[(at % dim) * dim + Math.floor(at / dim)]!);
}
