/** Added to the diagonal of a curvature, as a fraction of its mean: GPTQ's damping. */
const damping = 0.01;

/** How later columns compensate for the error of a rounded column. */
export interface ErrorCarry {
  /** (dim, dim), strictly upper triangular: the negated compensation in column j > i for an error of 1 in column i. */
  carry: Float64Array<ArrayBuffer>;
  /** (dim): the contribution to e^T H e of a squared error of 1 in column i, after compensation for earlier columns. */
  weights: Float64Array<ArrayBuffer>;
}

/**
 * Factors H, the curvature plus a hundredth of its mean diagonal: H = V V^T with V upper triangular. The rows of the
 * inverse of V are those of GPTQ's factor of the inverse (Frantar et al. 2022, https://arxiv.org/abs/2210.17323,
 * section 3.3), divided here by their diagonal. A curvature of zeros counts as the identity.
 *
 * @param curvature (dim, dim), symmetric and positive semidefinite
 * @throws RangeError if it is not.
 */
export function errorCarry(curvature: Float64Array, dim: number): ErrorCarry {
  let trace = 0;
  for (let i = 0; i < dim; i++) trace += curvature[i * dim + i]!;
  const h = curvature.slice();
  for (let i = 0; i < dim; i++) h[i * dim + i]! += trace === 0 ? 1 : (damping * trace) / dim;

  const v = new Float64Array(dim * dim);
  for (let j = dim - 1; j >= 0; j--) {
    for (let i = j; i >= 0; i--) {
      let rest = h[i * dim + j]!;
      for (let k = j + 1; k < dim; k++) rest -= v[i * dim + k]! * v[j * dim + k]!;
      if (i < j) v[i * dim + j] = rest / v[j * dim + j]!;
      else if (rest > 0 && rest < Infinity) v[j * dim + j] = Math.sqrt(rest);
      else
        throw new RangeError(
          `curvature: expected a positive semidefinite matrix, found pivot ${rest} at ${j}`,
        );
    }
  }

  // Row i of V^-1, times V_ii, by substitution.
  const carry = new Float64Array(dim * dim);
  const weights = new Float64Array(dim);
  for (let i = 0; i < dim; i++) {
    weights[i] = v[i * dim + i]! ** 2;
    for (let j = i + 1; j < dim; j++) {
      let sum = v[i * dim + j]!;
      for (let k = i + 1; k < j; k++) sum += carry[i * dim + k]! * v[k * dim + j]!;
      carry[i * dim + j] = -sum / v[j * dim + j]!;
    }
  }
  return { carry, weights };
}
