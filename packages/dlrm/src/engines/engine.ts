import type { DlrmConfig } from '../models/dlrm/config.js';
import type { StateDict } from '@ds/tensor-files';
import type { EmbeddingTable } from '@ds/data-sparsifier';

/** Describes the engine that runs a model's dense network. */
export interface EngineDescription {
  /** The library by its short name. */
  name: 'onnx' | 'tfjs';
  /** Such as `cpu`, `webgpu`, `wasm`, `node`, `node-gpu`. */
  device: string;
  /** The library and its version. */
  library: string;
  /** Why this engine was chosen: it was requested, or what was found and what was not. */
  reason: string;
}

/** A library that can run dense networks, loaded and ready. */
export interface Engine {
  readonly description: EngineDescription;
  /** A network with these weights and biases, which are copied; names as in `denseLayers`. */
  openNetwork(config: DlrmConfig, parameters: StateDict): Promise<Network>;
}

/** A checked batch: its sizes are consistent, and its ids are inside the tables. */
export interface NetworkInput {
  /** Number of examples n. */
  size: number;
  /** (n, dense features) */
  dense: Float32Array;
  /** (n, tables) */
  ids: Int32Array;
  tables: readonly EmbeddingTable[];
}

/** The start of a partial forward pass: a module and its input. */
export interface ModuleInput {
  /** The name of a module, such as `top_l.0`. */
  module: string;
  /** (n, inputs of the module) */
  values: Float32Array;
}

/** One model's dense network on an engine. The model makes sure that calls do not overlap. */
export interface Network {
  /**
   * The forward pass, or a section of it.
   *
   * @param from the module at which it starts, and its input; default: the first module, with the dense features
   * @param to the module whose input is the result; by default the probabilities are
   * @returns (n, inputs of `to`), or probabilities (n)
   */
  forward(input: NetworkInput, section?: { from?: ModuleInput; to?: string }): Promise<Float32Array>;
  /** Prepares fast passes with the present parameters, until the next step. */
  freeze(): void;
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
  /**
   * One step of Adagrad (`adagradStep`) on the dense parameters, with accumulators that the network keeps.
   *
   * @param labels (n)
   * @returns the mean loss before the step, and its gradients with respect to the looked-up rows (n, tables, dim)
   */
  adagradStep(
    input: NetworkInput,
    labels: Float32Array,
    learningRate: number,
  ): Promise<{ loss: number; rowGradients: Float32Array }>;
  /** A copy of Adagrad's accumulators by the names of the parameters; undefined before the first step. */
  adagradSums(): StateDict | undefined;
  /** Replaces these accumulators with copies; the names and shapes are those of the parameters. */
  setAdagradSums(sums: StateDict): void;
  /** Gradients of the mean loss with respect to the dense parameters, by name, and the looked-up rows (n, tables, dim). */
  gradients(
    input: NetworkInput,
    labels: Float32Array,
  ): Promise<{ loss: number; parameters: StateDict; rows: Float32Array }>;
  /** Probabilities (n), and the gradient of each example's logit with respect to its looked-up rows (n, tables, dim). */
  rowGradients(input: NetworkInput): Promise<{ probabilities: Float32Array; rows: Float32Array }>;
  /** Probabilities (n), and the gradient of each example's logit w.r.t. a module's input (n, inputs of the module). */
  inputGradients(
    input: NetworkInput,
    from: ModuleInput,
  ): Promise<{ probabilities: Float32Array; gradients: Float32Array }>;
  /** A copy of the weights and biases, in the state dict's order. */
  parameters(): StateDict;
  dispose(): Promise<void>;
}
