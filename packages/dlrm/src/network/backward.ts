import type { DlrmConfig } from '../config.js';
import type { Activations, DenseParameters, Layer } from './forward.js';
import { pairOfProduct } from './interaction.js';
import type { Ops } from './ops.js';

/** The gradient of a layer in two factors: weight's is deltaᵀ input, the bias's is delta summed over the batch. */
export interface LayerGradient<T> {
  /** Gradient of the layer's output before its activation (n, outputs). */
  delta: T;
  /** The layer's input (n, inputs). */
  input: T;
}

/** The gradient of everything that the model learns. */
export interface Gradients<T> {
  bottom: LayerGradient<T>[];
  top: LayerGradient<T>[];
  /** Of the gathered embedding rows (n, tables, dim). */
  rows: T;
}

/**
 * The explicit backward pass of `forward` and `meanLoss`.
 *
 * @param labels (n, 1)
 * @param scale what every gradient is multiplied by, of shape (1): 1 / n gives the gradients of the mean loss,
 *   learning rate / n gives the steps of SGD
 */
export function backward<T>(
  ops: Ops<T>,
  config: DlrmConfig,
  parameters: DenseParameters<T>,
  activations: Activations<T>,
  { labels, scale }: { labels: T; scale: T },
): Gradients<T> {
  const { embeddingDim: dim } = config;
  const count = config.tableRows.length + 1;
  const pairs = (count * (count - 1)) / 2;
  const { probabilities, vectors } = activations;

  // BCELoss and the sigmoid, each as PyTorch has it: where p (1 - p) underflows, the gradient vanishes.
  const slope = ops.multiply(probabilities, ops.oneMinus(probabilities));
  const saturation = ops.divide(slope, ops.clampBelow(slope, 1e-12));
  const error = ops.multiply(ops.subtract(probabilities, labels), scale);
  const outputGradient = ops.multiply(error, saturation); // (n, 1), before the sigmoid

  const top = mlpBackward(ops, parameters.top, activations.top, outputGradient);
  const features = ops.matMul(top[0]!.delta, parameters.top[0]!.weight); // (n, dim + pairs)

  // Of each product x_i . x_j both vectors get the other one, times the product's gradient.
  const pairGradients = ops.slice(features, 1, dim, dim + pairs);
  const productGradients = ops.reshape(
    ops.gatherColumns(ops.appendZeroColumn(pairGradients), pairOfProduct(count)),
    [-1, count, count],
  );
  const vectorGradients = ops.batchMatMul(productGradients, vectors); // (n, count, dim)

  const bottomOutputGradient = ops.add(
    ops.slice(features, 1, 0, dim),
    ops.reshape(ops.slice(vectorGradients, 1, 0, 1), [-1, dim]),
  );
  const bottom = mlpBackward(
    ops,
    parameters.bottom,
    activations.bottom,
    ops.reluGradient(activations.bottom.at(-1)!, bottomOutputGradient),
  );
  return { bottom, top, rows: ops.slice(vectorGradients, 1, 1, count) };
}

/** @param outputDelta gradient of the last layer's output before its activation */
function mlpBackward<T>(
  ops: Ops<T>,
  layers: readonly Layer<T>[],
  inputs: readonly T[],
  outputDelta: T,
): LayerGradient<T>[] {
  const gradients: LayerGradient<T>[] = [{ delta: outputDelta, input: inputs[layers.length - 1]! }];
  for (let layer = layers.length - 1; layer > 0; layer--) {
    const inputGradient = ops.matMul(gradients[0]!.delta, layers[layer]!.weight);
    const delta = ops.reluGradient(inputs[layer]!, inputGradient);
    gradients.unshift({ delta, input: inputs[layer - 1]! });
  }
  return gradients;
}

/** The gradient of a layer's parameters. */
export function parameterGradient<T>(ops: Ops<T>, { delta, input }: LayerGradient<T>): Layer<T> {
  return { weight: ops.matMul(delta, input, { transposeA: true }), bias: ops.sumRows(delta) };
}

/** The layer after a step of SGD; the gradient has been multiplied by the learning rate (`scale`) already. */
export function updatedLayer<T>(ops: Ops<T>, layer: Layer<T>, { delta, input }: LayerGradient<T>): Layer<T> {
  return {
    weight: ops.subtractProduct(layer.weight, delta, input),
    bias: ops.subtract(layer.bias, ops.sumRows(delta)),
  };
}
