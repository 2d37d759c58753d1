import type { DlrmConfig } from '../models/dlrm/config.js';
import { lowerTriangle } from './interaction.js';
import type { Ops } from './ops.js';

/** One fully connected layer: weight (outputs, inputs), bias (outputs). */
export interface Layer<T> {
  weight: T;
  bias: T;
}

/** The dense part of the model's parameters. */
export interface DenseParameters<T> {
  bottom: readonly Layer<T>[];
  top: readonly Layer<T>[];
}

/** What the forward pass computed and the backward pass needs. n is the batch size. */
export interface Activations<T> {
  /** Input of each bottom layer and, last, the bottom MLP's output (n, dim). */
  bottom: T[];
  /** The feature vectors (n, tables + 1, dim), the bottom MLP's output first. */
  vectors: T;
  /** Input of each top layer: first the interaction's output (n, topMlp[0]). */
  top: T[];
  /** (n, 1), in [0, 1]. */
  probabilities: T;
}

/**
 * The network from dense features and embedding rows to click probabilities (Naumov et al. 2019,
 * https://arxiv.org/abs/1906.00091; `DLRM_Net.sequential_forward` in facebookresearch/dlrm).
 *
 * @param dense (n, bottomMlp[0])
 * @param rows the tables' rows in order, in parts (n, tables of the part, dim)
 */
export function forward<T>(
  ops: Ops<T>,
  config: DlrmConfig,
  parameters: DenseParameters<T>,
  input: { dense: T; rows: readonly T[] },
): Activations<T> {
  const bottom = bottomMlp(ops, parameters, input.dense);
  const { vectors, features } = interact(ops, config, bottom.at(-1)!, input.rows);
  const { inputs, probabilities } = topMlp(ops, parameters, features);
  return { bottom, vectors, top: [features, ...inputs], probabilities };
}

/**
 * The interaction: the products of all pairs of the feature vectors, behind the bottom MLP's output.
 *
 * @param bottomOutput (n, dim)
 * @param rows as for `forward`
 * @returns the feature vectors (n, tables + 1, dim), and what enters the top MLP (n, topMlp[0])
 */
export function interact<T>(
  ops: Ops<T>,
  { embeddingDim: dim, tableRows }: DlrmConfig,
  bottomOutput: T,
  rows: readonly T[],
): { vectors: T; features: T } {
  const count = tableRows.length + 1;
  const vectors = ops.concat([ops.reshape(bottomOutput, [-1, 1, dim]), ...rows], 1);
  const products = ops.batchMatMul(vectors, vectors, { transposeB: true }); // (n, count, count)
  const pairs = ops.gatherColumns(ops.reshape(products, [-1, count * count]), lowerTriangle(count));
  return { vectors, features: ops.concat([bottomOutput, pairs], 1) };
}

/** The input of each bottom layer and, last, the bottom MLP's output (n, dim). */
export function bottomMlp<T>(ops: Ops<T>, parameters: Pick<DenseParameters<T>, 'bottom'>, dense: T): T[] {
  const bottom = [dense];
  for (const { weight, bias } of parameters.bottom) {
    bottom.push(ops.relu(ops.linear(bottom.at(-1)!, weight, bias)));
  }
  return bottom;
}

/**
 * The top MLP on its features, (n, topMlp[0]).
 *
 * @returns as `topFromSecond`
 */
export function topMlp<T>(
  ops: Ops<T>,
  parameters: Pick<DenseParameters<T>, 'top'>,
  features: T,
): { inputs: T[]; probabilities: T } {
  const { weight, bias } = parameters.top[0]!;
  return topFromSecond(ops, parameters, ops.linear(features, weight, bias));
}

/**
 * The rest of the network from what the first top layer gives before its activation, (n, topMlp[1]).
 *
 * @returns the input of each further top layer, and the probabilities (n, 1)
 */
export function topFromSecond<T>(
  ops: Ops<T>,
  { top }: Pick<DenseParameters<T>, 'top'>,
  afterFirst: T,
): { inputs: T[]; probabilities: T } {
  const inputs: T[] = [];
  let output = afterFirst;
  for (const { weight, bias } of top.slice(1)) {
    inputs.push(ops.relu(output));
    output = ops.linear(inputs.at(-1)!, weight, bias);
  }
  return { inputs, probabilities: ops.sigmoid(output) };
}

/**
 * Mean binary cross-entropy, a scalar. A logarithm below -100 counts as -100, as in PyTorch's BCELoss.
 *
 * @param probabilities (n, 1)
 * @param labels (n, 1), 0 or 1
 */
export function meanLoss<T>(ops: Ops<T>, probabilities: T, labels: T): T {
  const clampedLog = (a: T) => ops.clampBelow(ops.log(a), -100);
  const clicked = ops.multiply(labels, clampedLog(probabilities));
  const passed = ops.multiply(ops.oneMinus(labels), clampedLog(ops.oneMinus(probabilities)));
  return ops.negate(ops.mean(ops.add(clicked, passed)));
}
