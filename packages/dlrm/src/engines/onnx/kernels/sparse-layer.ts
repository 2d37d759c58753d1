import type { TableMemory } from '@ds/data-sparsifier';
import type { ForwardKernel } from './forward-kernel.js';

// As in the kernel.
const tileOutputs = 16;
const examplesAtOnce = 128;

/**
 * A linear layer and the ReLU after it that multiplies only the inputs that are not zero, each example's own: where most of
 * them are zero, this is faster than a dense matrix product. Its inputs are in the same memory.
 */
export class SparseLayer {
  readonly #memory: TableMemory;
  readonly #kernel: ForwardKernel;
  readonly #inputs: number;
  readonly #outputs: number;
  readonly #rows: number;
  readonly #weight: number;
  readonly #bias: number;
  readonly #out: number;
  readonly #scratch: number;

  /** @param capacity The maximum number of examples. */
  constructor({
    memory,
    kernel,
    inputs,
    outputs,
    capacity,
  }: {
    memory: TableMemory;
    kernel: ForwardKernel;
    inputs: number;
    outputs: number;
    capacity: number;
  }) {
    this.#memory = memory;
    this.#kernel = kernel;
    this.#inputs = inputs;
    this.#outputs = outputs;
    const tiles = Math.ceil(outputs / tileOutputs);
    this.#rows = memory.allocate(4 * inputs);
    this.#weight = memory.allocate(4 * tiles * inputs * tileOutputs);
    this.#bias = memory.allocate(4 * tiles * tileOutputs);
    this.#out = memory.allocate(4 * (capacity * outputs + tileOutputs));
    this.#scratch = memory.allocate(examplesAtOnce * (4 + 8 * (inputs + 1)));
  }

  /** Takes a finite weight (outputs, inputs) and a bias (outputs). */
  setParameters(weight: Float32Array, bias: Float32Array): void {
    const [inputs, outputs] = [this.#inputs, this.#outputs];
    const tiles = this.#memory.float32(this.#weight, Math.ceil(outputs / tileOutputs) * inputs * tileOutputs);
    for (let output = 0, next = 0; output < outputs; output++) {
      const lane = output % tileOutputs;
      const start = (output - lane) * inputs + lane;
      for (let input = 0; input < inputs; input++) {
        tiles[start + input * tileOutputs] = weight[next++]!;
      }
    }
    this.#memory.float32(this.#bias, outputs).set(bias);
  }

  /** How many of some inputs in the memory are zero, from 0 to 1. */
  zeroShare(input: Float32Array): number {
    return 1 - this.#kernel.countNonZeros(input.byteOffset, input.length) / input.length;
  }

  /**
   * The layer's output, (count, outputs), valid until the next call.
   *
   * @param input (count, width), in the memory
   * @param columns which of the layer's inputs these are, ascending (width); the others are zero. Default: all
   */
  forward(input: Float32Array, count: number, columns?: Int32Array): Float32Array {
    const width = input.length / count;
    const rows = this.#memory.int32(this.#rows, width);
    for (let place = 0; place < width; place++) {
      rows[place] = (columns ? columns[place]! : place) * 4 * tileOutputs;
    }
    this.#kernel.multiplyNonZeros(
      input.byteOffset,
      width,
      this.#rows,
      count,
      this.#weight,
      4 * this.#inputs * tileOutputs,
      this.#bias,
      this.#outputs,
      this.#out,
      this.#scratch,
    );
    return this.#memory.float32(this.#out, count * this.#outputs);
  }
}
