import { pairPlaces, pairProductsGradient } from './pair-products.js';
import type { ForwardOps, Ops, Pairs } from './ops.js';

/** A tensor whose origin is recorded on the tape. */
export interface Traced<T> {
  readonly value: T;
  /** -1 stands for the batch. */
  readonly shape: readonly number[];
  /** Whether it depends on a variable for which a gradient is computed. */
  readonly needsGradient: boolean;
}

/** A gradient, available as such or subtracted from a parameter. */
export interface Gradient<T> {
  value(): T;
  /** The parameter minus the gradient. */
  subtractedFrom(parameter: T): T;
}

interface Step<T> {
  output: Traced<T>;
  /** For each input, its gradient as a function of the output's gradient. */
  inputs: readonly (readonly [input: Traced<T>, gradient: (outputGradient: T) => Gradient<T>])[];
}

/**
 * Computes with other operations and records them, in order to compute gradients: automatic differentiation in reverse mode
 * (Baydin et al. 2018, https://arxiv.org/abs/1502.05767, section 3.2).
 */
export class Tape<T> implements ForwardOps<Traced<T>> {
  readonly #ops: Ops<T>;
  readonly #steps: Step<T>[] = [];

  constructor(ops: Ops<T>) {
    this.#ops = ops;
  }

  /** A tensor without a gradient. */
  constant(value: T, shape: readonly number[]): Traced<T> {
    return { value, shape, needsGradient: false };
  }

  /** A tensor for which a gradient is computed. */
  variable(value: T, shape: readonly number[]): Traced<T> {
    return { value, shape, needsGradient: true };
  }

  linear(x: Traced<T>, weight: Traced<T>, bias: Traced<T>): Traced<T> {
    const ops = this.#ops;
    return this.#record(
      ops.linear(x.value, weight.value, bias.value),
      [-1, weight.shape[0]!],
      [
        [x, (gradient) => this.#plain(ops.matMul(gradient, weight.value))],
        [weight, (gradient) => this.#product(gradient, x.value)],
        [bias, (gradient) => this.#plain(ops.sumRows(gradient))],
      ],
    );
  }

  relu(a: Traced<T>): Traced<T> {
    const output = this.#ops.relu(a.value);
    return this.#record(output, a.shape, [
      [a, (gradient) => this.#plain(this.#ops.reluGradient(output, gradient))],
    ]);
  }

  sigmoid(a: Traced<T>): Traced<T> {
    const ops = this.#ops;
    const output = ops.sigmoid(a.value);
    return this.#record(output, a.shape, [
      [a, (gradient) => this.#plain(ops.multiply(gradient, ops.multiply(output, ops.oneMinus(output))))],
    ]);
  }

  reshape(a: Traced<T>, shape: readonly number[]): Traced<T> {
    return this.#record(this.#ops.reshape(a.value, shape), shape, [
      [a, (gradient) => this.#plain(this.#ops.reshape(gradient, a.shape))],
    ]);
  }

  concat(parts: readonly Traced<T>[], axis: number): Traced<T> {
    let end = 0;
    const inputs = parts.map((part) => {
      const start = end;
      end += part.shape[axis]!;
      const own = (gradient: T) =>
        this.#plain(this.#ops.slice(gradient, axis, start, start + part.shape[axis]!));
      return [part, own] as const;
    });
    const shape = parts[0]!.shape.map((size, other) => (other === axis ? end : size));
    const values = parts.map(({ value }) => value);
    return this.#record(this.#ops.concat(values, axis), shape, inputs);
  }

  gatherColumns(a: Traced<T>, columns: Int32Array): Traced<T> {
    const ops = this.#ops;
    const back = new Int32Array(a.shape[1]!).fill(columns.length);
    columns.forEach((from, column) => (back[from] = column));
    return this.#record(
      ops.gatherColumns(a.value, columns),
      [a.shape[0]!, columns.length],
      [[a, (gradient) => this.#plain(ops.gatherColumns(ops.appendZeroColumn(gradient), back))]],
    );
  }

  pairProducts(vectors: Traced<T>, pairs: Pairs): Traced<T> {
    const shape = [-1, pairPlaces(pairs).length];
    return this.#record(this.#ops.pairProducts(vectors.value, pairs), shape, [
      [vectors, (gradient) => this.#plain(pairProductsGradient(this.#ops, vectors.value, pairs, gradient))],
    ]);
  }

  /**
   * The reverse pass from an output.
   *
   * @param outputGradient the gradient of the output, of the same shape
   * @returns the gradients of all variables that the output depends on
   */
  backward(output: Traced<T>, outputGradient: T): Map<Traced<T>, Gradient<T>> {
    const gradients = new Map([[output, this.#plain(outputGradient)]]);
    for (const step of this.#steps.toReversed()) {
      const gradient = gradients.get(step.output)?.value();
      if (gradient === undefined) continue;
      gradients.delete(step.output);
      for (const [input, ofInput] of step.inputs) {
        if (!input.needsGradient) continue;
        const others = gradients.get(input);
        const own = ofInput(gradient);
        gradients.set(input, others ? this.#plain(this.#ops.add(others.value(), own.value())) : own);
      }
    }
    return gradients;
  }

  #record(value: T, shape: readonly number[], inputs: Step<T>['inputs']): Traced<T> {
    const output = { value, shape, needsGradient: inputs.some(([input]) => input.needsGradient) };
    if (output.needsGradient) this.#steps.push({ output, inputs });
    return output;
  }

  #plain(gradient: T): Gradient<T> {
    return {
      value: () => gradient,
      subtractedFrom: (parameter) => this.#ops.subtract(parameter, gradient),
    };
  }

  /** deltaᵀ input, which is not computed separately if it is only subtracted. */
  #product(delta: T, input: T): Gradient<T> {
    return {
      value: () => this.#ops.matMul(delta, input, { transposeA: true }),
      subtractedFrom: (parameter) => this.#ops.subtractProduct(parameter, delta, input),
    };
  }
}
