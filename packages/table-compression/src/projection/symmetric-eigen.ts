/** Eigenvalues and eigenvectors of a symmetric matrix, largest first. */
export interface Eigen {
  /** (dim). */
  values: Float64Array;
  /** (dim, dim): an eigenvector of length 1 in each row. */
  vectors: Float64Array;
}

const mostSweeps = 60;

/**
 * Eigenvalues and eigenvectors by Jacobi's rotations, in a fixed order, so that the result is the same everywhere (G. H. Golub
 * and C. F. Van Loan, "Matrix Computations", section 8.5). The largest component of each vector is positive.
 *
 * @param matrix (dim, dim), symmetric
 */
export function symmetricEigen(matrix: Float64Array, dim: number): Eigen {
  const a = matrix.slice();
  const v = new Float64Array(dim * dim);
  for (let i = 0; i < dim; i++) v[i * dim + i] = 1;
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let rotated = false;
    for (let p = 0; p < dim; p++) {
      for (let q = p + 1; q < dim; q++) {
        const off = a[p * dim + q]!;
        const scale = Math.sqrt(Math.abs(a[p * dim + p]! * a[q * dim + q]!));
        if (off === 0 || Math.abs(off) <= 1e-15 * scale) continue;
        rotated = true;
        const theta = (a[q * dim + q]! - a[p * dim + p]!) / (2 * off);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const c = 1 / Math.hypot(t, 1);
        rotate(a, v, dim, p, q, c, t * c);
      }
    }
    if (!rotated) break;
  }
  const order = Array.from({ length: dim }, (_, i) => i).sort(
    (i, j) => a[j * dim + j]! - a[i * dim + i]! || i - j,
  );
  const vectors = new Float64Array(dim * dim);
  order.forEach((own, place) => {
    const vector = v.subarray(own * dim, (own + 1) * dim);
    let largest = 0;
    for (const value of vector) if (Math.abs(value) > Math.abs(largest)) largest = value;
    vectors.set(largest < 0 ? vector.map((value) => -value) : vector, place * dim);
  });
  return { values: Float64Array.from(order, (own) => a[own * dim + own]!), vectors };
}

/** Rotates rows and columns p and q of `a`, and rows p and q of `v`, so that a[p, q] becomes 0. */
function rotate(
  a: Float64Array,
  v: Float64Array,
  dim: number,
  p: number,
  q: number,
  c: number,
  s: number,
): void {
  for (let i = 0; i < dim; i++) {
    const [ip, iq] = [a[i * dim + p]!, a[i * dim + q]!];
    a[i * dim + p] = c * ip - s * iq;
    a[i * dim + q] = s * ip + c * iq;
  }
  for (let i = 0; i < dim; i++) {
    const [pi, qi] = [a[p * dim + i]!, a[q * dim + i]!];
    a[p * dim + i] = c * pi - s * qi;
    a[q * dim + i] = s * pi + c * qi;
    const [vp, vq] = [v[p * dim + i]!, v[q * dim + i]!];
    v[p * dim + i] = c * vp - s * vq;
    v[q * dim + i] = s * vp + c * vq;
  }
  a[p * dim + q] = 0;
  a[q * dim + p] = 0;
}
