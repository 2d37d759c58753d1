import type { DlrmConfig } from '../models/dlrm/config.js';
import type { StateDict } from '@ds/tensor-files';
import type { EmbeddingTable } from '@ds/data-sparsifier';

/** What runs a model's dense network. */
export interface EngineDescription {
  /** The library by its short name. */
  name: 'onnx' | 'tfjs';
  /** Such as `cpu`, `webgpu`, `wasm`, `node`, `node-gpu`. */
  device: string;
  /** The library and its version. */
  library: string;
  /** Why this engine: what was asked for, or what was found and what was not. */
  reason: string;
}

/** A library that can run dense networks, loaded and ready. */
export interface Engine {
  readonly description: EngineDescription;
  /** A network with these weights and biases, which are copied; names as in `denseLayers`. */
  openNetwork(config: DlrmConfig, parameters: StateDict): Promise<Network>;
}

/** A batch that has been checked: the counts agree, the ids are inside the tables. */
export interface NetworkInput {
  /** Number of examples n. */
  size: number;
  /** (n, dense features) */
  dense: Float32Array;
  /** (n, tables) */
  ids: Int32Array;
  tables: readonly EmbeddingTable[];
}

/** Where a forward pass starts, with what enters there. */
export interface Entering {
  /** The name of a module, such as `top_l.0`. */
  module: string;
  /** (n, inputs of the module) */
  values: Float32Array;
}

/** One model's dense network on an engine. Calls do not overlap: the model sees to that. */
export interface Network {
  /**
   * The forward pass, or a stretch of it.
   *
   * @param from where it starts, with what enters there; default: the first module, with the dense features
   * @param to the module whose input is the result; default: the probabilities are
   * @returns (n, inputs of `to`), or probabilities (n)
   */
  forward(input: NetworkInput, stretch?: { from?: Entering; to?: string }): Promise<Float32Array>;
  /**
   * One step of SGD on the dense parameters.
   *
   * @param labels (n)
   * @returns the mean loss before the step, and the steps of the looked-up rows (n, tables, dim), which the
   *   caller subtracts from the tables
   */
  trainStep(
    input: NetworkInput,
    labels: Float32Array,
    learningRate: number,
  ): Promise<{ loss: number; rowSteps: Float32Array }>;
  /** Gradients of the mean loss: of the dense parameters by name, and of the looked-up rows (n, tables, dim). */
  gradients(
    input: NetworkInput,
    labels: Float32Array,
  ): Promise<{ loss: number; parameters: StateDict; rows: Float32Array }>;
  /** Probabilities (n), and the gradient of each example's logit to its looked-up rows (n, tables, dim). */
  rowGradients(input: NetworkInput): Promise<{ probabilities: Float32Array; rows: Float32Array }>;
  /** A copy of the weights and biases, in the state dict's order. */
  parameters(): StateDict;
  dispose(): Promise<void>;
}
