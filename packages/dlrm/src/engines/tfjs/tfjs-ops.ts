import type * as TensorFlow from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { Ops } from '../../network/ops.js';
import { pairProducts } from '../../network/pair-products.js';

/** The operations, computed immediately by TensorFlow.js on its current backend. */
export function tfjsOps(tf: typeof TensorFlow): Ops<Tensor> {
  const ops: Omit<Ops<Tensor>, 'pairProducts'> = {
    matMul: (a, b, { transposeA = false } = {}) => tf.matMul(a, b, transposeA),
    batchMatMul: (a, b, { transposeB = false } = {}) => tf.matMul(a, b, false, transposeB),
    linear: (x, weight, bias) => tf.add(tf.matMul(x, weight, false, true), bias),
    subtractProduct: (c, a, b) => tf.sub(c, tf.matMul(a, b, true)),
    add: (a, b) => tf.add(a, b),
    subtract: (a, b) => tf.sub(a, b),
    multiply: (a, b) => tf.mul(a, b),
    divide: (a, b) => tf.div(a, b),
    negate: (a) => tf.neg(a),
    log: (a) => tf.log(a),
    relu: (a) => tf.relu(a),
    sigmoid: (a) => tf.sigmoid(a),
    reluGradient: (output, gradient) => tf.mul(gradient, tf.step(output)),
    sqrt: (a) => tf.sqrt(a),
    addNumber: (a, number) => tf.add(a, number),
    clampBelow: (a, least) => tf.maximum(a, least),
    oneMinus: (a) => tf.sub(1, a),
    mean: (a) => tf.mean(a),
    sumRows: (a) => tf.sum(a, 0),
    reshape: (a, shape) => tf.reshape(a, [...shape]),
    concat: (parts, axis) => tf.concat([...parts], axis),
    slice: (a, axis, start, end) => {
      const begin = a.shape.map((_, other) => (other === axis ? start : 0));
      return tf.slice(
        a,
        begin,
        a.shape.map((size, other) => (other === axis ? end - start : size)),
      );
    },
    gatherColumns: (a, columns) => tf.gather(a, tf.tensor1d(columns, 'int32'), 1),
    appendZeroColumn: (a) =>
      tf.pad2d(a as Tensor2D, [
        [0, 0],
        [0, 1],
      ]),
  };
  return { ...ops, pairProducts: (vectors, pairs) => pairProducts(ops, vectors, pairs) };
}
