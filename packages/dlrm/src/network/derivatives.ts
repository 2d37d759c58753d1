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

/** What the last modules of a network compute with. */
export interface LastModulesInputs<T> {
  /** The input of the first of them. */
  input: Shaped<T>;
  /** The looked-up rows (n, tables, dim), if the interaction is among them. */
  rows?: Shaped<T>;
  /** Weights and biases by name. */
  parameters: Readonly<Record<string, Shaped<T>>>;
}

/**
 * The probabilities (n, 1) that the last modules of a network compute, and the gradient of each example's logit (the input
 * of the very last one) w.r.t. its rows or the input of the first of them.
 */
export function logitGradients<T>(
  ops: Ops<T>,
  modules: readonly Module[],
  { input, rows, parameters }: LastModulesInputs<T>,
  { of }: { of: 'rows' | 'input' },
): { probabilities: T; gradients: T } {
  const tape = new Tape(ops);
  const traced = ({ value, shape }: Shaped<T>, isWanted: boolean) =>
    isWanted ? tape.variable(value, shape) : tape.constant(value, shape);
  const inputValue = traced(input, of === 'input');
  const rowValues = rows ? [traced(rows, of === 'rows')] : [];
  const shared = {
    parameters: mapValues(parameters, ({ value, shape }) => tape.constant(value, shape)),
    rows: rowValues,
  };
  const logits = forward(tape, modules.slice(0, -1), inputValue, shared);
  const { value: probabilities } = forward(tape, modules.slice(-1), logits, shared);
  const ones = ops.oneMinus(ops.subtract(probabilities, probabilities));
  const wanted = of === 'rows' ? rowValues[0]! : inputValue;
  return {
    probabilities,
    gradients: (tape.backward(logits, ones).get(wanted) ?? noGradient(ops, wanted.value)).value(),
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
