/**
 * The tensor operations of the forward pass. An interpreter computes them immediately (TensorFlow.js), records a graph
 * (ONNX), or does either while recording for the reverse pass (`Tape`). `T` is its tensor type, always float32. The first
 * axis is the batch, whose size a recording interpreter does not know; -1 stands for it in a shape.
 */
export interface ForwardOps<T> {
  /** x weightᵀ + bias: (n, inputs), (outputs, inputs), (outputs) to (n, outputs). */
  linear(x: T, weight: T, bias: T): T;
  relu(a: T): T;
  sigmoid(a: T): T;
  reshape(a: T, shape: readonly number[]): T;
  concat(parts: readonly T[], axis: number): T;
  /** Columns of (n, c) in the given order, in a forward pass each at most once: (n, columns.length). */
  gatherColumns(a: T, columns: Int32Array): T;
  /** The dot products of pairs of vectors, (n, vectors, dim) to (n, pairs), in the order of `pairPlaces`. */
  pairProducts(vectors: T, pairs: Pairs): T;
}

/** Selects dot products of pairs of vectors. */
export interface Pairs {
  /** Number of vectors. */
  vectors: number;
  /** Whether to include each vector's product with itself. */
  itself: boolean;
  /** The indices of the selected pairs, ascending; default: all. */
  kept?: readonly number[] | undefined;
}

/** The operations of the forward pass, and those of the loss and of gradients. */
export interface Ops<T> extends ForwardOps<T> {
  /** a b, of two matrices (m, k) and (k, n); with `transposeA`, a is (k, m). */
  matMul(a: T, b: T, options?: { transposeA?: boolean }): T;
  /** a b of each pair of matrices, (n, p, k) and (n, k, q); with `transposeB`, b is (n, q, k). */
  batchMatMul(a: T, b: T, options?: { transposeB?: boolean }): T;
  /** c - aᵀ b: (p, q), (n, p), (n, q) to (p, q). */
  subtractProduct(c: T, a: T, b: T): T;
  /** Elementwise, like all operations up to `clampBelow`; sizes of 1 are broadcast. */
  add(a: T, b: T): T;
  subtract(a: T, b: T): T;
  multiply(a: T, b: T): T;
  divide(a: T, b: T): T;
  negate(a: T): T;
  log(a: T): T;
  /** The gradient where `output`, the output of a ReLU, is positive; otherwise 0. */
  reluGradient(output: T, gradient: T): T;
  sqrt(a: T): T;
  /** a + number. */
  addNumber(a: T, number: number): T;
  /** max(a, least). */
  clampBelow(a: T, least: number): T;
  /** 1 - a. */
  oneMinus(a: T): T;
  /** Mean of all values, a scalar. */
  mean(a: T): T;
  /** Sum over the first axis: (n, c) to (c). */
  sumRows(a: T): T;
  /** The part [start, end) along an axis. */
  slice(a: T, axis: number, start: number, end: number): T;
  /** Likewise, repeats allowed. */
  gatherColumns(a: T, columns: Int32Array): T;
  /** (n, c) to (n, c + 1), the new last column 0. */
  appendZeroColumn(a: T): T;
}
