import { lossGradient, meanLoss } from './loss.js';
import { forward, type Module } from './module.js';
import type { Ops } from './ops.js';
import { Tape, type Gradient } from './tape.js';

/** Values with their shape; -1 stands for the batch. */
export interface Shaped<T> {
  value: T;
  shape: readonly number[];
}

/** The inputs of a network. */
export interface NetworkInputs<T> {
  /** (n, dense features) */
  dense: Shaped<T>;
  /** The looked-up rows (n, tables, dim). */
  rows: Shaped<T>;
  /** Weights and biases by name. */
  parameters: Readonly<Record<string, Shaped<T>>>;
}

/**
 * The mean loss, a scalar, and its gradients.
 *
 * @param labels (n, 1)
 * @param scale multiplies every gradient of the summed loss; shape (1). 1 / n gives the gradients of the mean loss,
 *   learning rate / n the steps of SGD
 */
export function lossGradients<T>(
  ops: Ops<T>,
  modules: readonly Module[],
  { dense, rows, parameters }: NetworkInputs<T>,
  { labels, scale }: { labels: T; scale: T },
): {
  loss: T;
  /** By the parameters' names. */
  parameters: Record<string, Gradient<T>>;
  /** Of the looked-up rows. */
  rows: T;
} {
  const tape = new Tape(ops);
  const variables = mapValues(parameters, ({ value, shape }) => tape.variable(value, shape));
  const rowVariable = tape.variable(rows.value, rows.shape);
  const output = forward(tape, modules, tape.constant(dense.value, dense.shape), {
    parameters: variables,
    rows: [rowVariable],
  });
  const { value: probabilities } = output;
  const gradients = tape.backward(output, lossGradient(ops, { probabilities, labels, scale }));
  return {
    loss: meanLoss(ops, probabilities, labels),
    parameters: mapValues(
      variables,
      (variable) => gradients.get(variable) ?? noGradient(ops, variable.value),
    ),
    rows: (gradients.get(rowVariable) ?? noGradient(ops, rowVariable.value)).value(),
  };
}

/** The probabilities (n, 1), and the gradient of each example's logit (the input of the last module) w.r.t. its rows. */
export function logitRowGradients<T>(
  ops: Ops<T>,
  modules: readonly Module[],
  { dense, rows, parameters }: NetworkInputs<T>,
): { probabilities: T; rows: T } {
  const tape = new Tape(ops);
  const rowVariable = tape.variable(rows.value, rows.shape);
  const shared = {
    parameters: mapValues(parameters, ({ value, shape }) => tape.constant(value, shape)),
    rows: [rowVariable],
  };
  const logits = forward(tape, modules.slice(0, -1), tape.constant(dense.value, dense.shape), shared);
  const { value: probabilities } = forward(tape, modules.slice(-1), logits, shared);
  const ones = ops.oneMinus(ops.subtract(probabilities, probabilities));
  return {
    probabilities,
    rows: (tape.backward(logits, ones).get(rowVariable) ?? noGradient(ops, rowVariable.value)).value(),
  };
}

/** For a variable that does not affect the output, as in a network with only some of the features. */
function noGradient<T>(ops: Ops<T>, variable: T): Gradient<T> {
  const zeros = ops.subtract(variable, variable);
  return { value: () => zeros, subtractedFrom: (parameter) => ops.subtract(parameter, zeros) };
}

function mapValues<A, B>(object: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}
