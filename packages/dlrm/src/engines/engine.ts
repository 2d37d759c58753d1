import type { DlrmConfig } from '../models/dlrm/config.js';
import type { StateDict } from '@ds/tensor-files';
import type { EmbeddingTable } from '@ds/data-sparsifier';
import type { LayerPlace } from '../network/segment.js';

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
  /** (n, dim): what the bottom MLP gives for `dense`, where that is known already. */
  bottomOutput?: Float32Array | undefined;
  /** (n, tables) */
  ids: Int32Array;
  tables: readonly EmbeddingTable[];
}

/** The examples of a batch from `start` to `end`: views of its arrays. */
export function partOfInput(input: NetworkInput, start: number, end: number): NetworkInput {
  const part = (values: Float32Array) => {
    const width = values.length / input.size;
    return values.subarray(start * width, end * width);
  };
  return {
    size: end - start,
    dense: part(input.dense),
    bottomOutput: input.bottomOutput && part(input.bottomOutput),
    ids: input.ids.subarray(start * input.tables.length, end * input.tables.length),
    tables: input.tables,
  };
}

/** What enters a layer, (n, inputs of the layer). */
export interface EnteringLayer {
  place: LayerPlace;
  values: Float32Array;
}

/** One model's dense network on an engine. Calls do not overlap: the model sees to that. */
export interface Network {
  /** Probabilities (n). */
  forward(input: NetworkInput): Promise<Float32Array>;
  /** The bottom MLP's output (n, dim). */
  bottomOutput(input: Pick<NetworkInput, 'size' | 'dense'>): Promise<Float32Array>;
  /** What enters the top MLP (n, topMlp[0]). */
  features(input: NetworkInput): Promise<Float32Array>;
  /** Probabilities (n) from what the first top layer gives before its activation (n, topMlp[1]). */
  topFromSecond(afterFirst: Float32Array): Promise<Float32Array>;
  /**
   * The forward pass from what enters one layer to what enters another.
   *
   * @param from what enters which layer; default: the batch's dense features, the first bottom layer
   * @param to default: the probabilities
   * @returns (n, inputs of `to`), or probabilities (n)
   */
  segment(input: NetworkInput, between: { from?: EnteringLayer; to?: LayerPlace }): Promise<Float32Array>;
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
