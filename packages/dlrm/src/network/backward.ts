import type { DlrmConfig } from '../models/dlrm/config.js';
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
  const { probabilities } = activations;
  // BCELoss and the sigmoid, each as PyTorch has it: where p (1 - p) underflows, the gradient vanishes.
  const slope = ops.multiply(probabilities, ops.oneMinus(probabilities));
  const saturation = ops.divide(slope, ops.clampBelow(slope, 1e-12));
  const error = ops.multiply(ops.subtract(probabilities, labels), scale);
  const outputGradient = ops.multiply(error, saturation); // (n, 1), before the sigmoid

  const { top, features, vectors } = featureGradients(ops, config, parameters, activations, outputGradient);
  const { embeddingDim: dim, tableRows } = config;
  const bottomOutputGradient = ops.add(
    ops.slice(features, 1, 0, dim),
    ops.reshape(ops.slice(vectors, 1, 0, 1), [-1, dim]),
  );
  const bottom = mlpBackward(
    ops,
    parameters.bottom,
    activations.bottom,
    ops.reluGradient(activations.bottom.at(-1)!, bottomOutputGradient),
  );
  return { bottom, top, rows: ops.slice(vectors, 1, 1, tableRows.length + 1) };
}

/** The gradient of each example's logit, the output before the sigmoid, to its embedding rows: (n, tables, dim). */
export function logitRowGradients<T>(
  ops: Ops<T>,
  config: DlrmConfig,
  parameters: DenseParameters<T>,
  activations: Activations<T>,
): T {
  const { probabilities } = activations;
  const ones = ops.oneMinus(ops.subtract(probabilities, probabilities));
  const { vectors } = featureGradients(ops, config, parameters, activations, ones);
  return ops.slice(vectors, 1, 1, config.tableRows.length + 1);
}

/**
 * From the output back to the interaction.
 *
 * @param outputGradient of the output before the sigmoid (n, 1)
 * @returns the gradients of the top layers, of what enters the top MLP (n, topMlp[0]), and of the feature vectors by
 *   their products (n, tables + 1, dim)
 */
function featureGradients<T>(
  ops: Ops<T>,
  { embeddingDim: dim, tableRows }: DlrmConfig,
  parameters: DenseParameters<T>,
  activations: Activations<T>,
  outputGradient: T,
): { top: LayerGradient<T>[]; features: T; vectors: T } {
  const count = tableRows.length + 1;
  const pairs = (count * (count - 1)) / 2;
  const top = mlpBackward(ops, parameters.top, activations.top, outputGradient);
  const features = ops.matMul(top[0]!.delta, parameters.top[0]!.weight); // (n, dim + pairs)

  // Of each product x_i . x_j both vectors get the other one, times the product's gradient.
  const pairGradients = ops.slice(features, 1, dim, dim + pairs);
  const productGradients = ops.reshape(
    ops.gatherColumns(ops.appendZeroColumn(pairGradients), pairOfProduct(count)),
    [-1, count, count],
  );
  return { top, features, vectors: ops.batchMatMul(productGradients, activations.vectors) };
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
