import type * as OnnxRuntime from 'onnxruntime-node';
import { denseLayers, type DlrmConfig, type LayerNames } from '../../../models/dlrm/config.js';
import { forwardGraph } from '../graph/dlrm-graphs.js';
import type { SparseLayer } from '../kernels/sparse-layer.js';
import { constantsOf, type Feeds, type Parameters } from '../parameters.js';
import type { Sessions } from '../sessions.js';

// The share of zeros from which on `SparseLayer`, on one thread, is faster than ONNX Runtime on one.
const minZeroShare = 0.8;
// The number of sets of columns for which those of the first layer's weight are cached.
const keptWeights = 8;

/** What is made from parameters on first use. */
interface Made {
  from: Feeds;
  /** Whether the first layer's weight is finite. */
  isFinite: boolean;
  isInSparseLayer: boolean;
  /** Columns of the first layer's weight, by their places. */
  weights: Map<string, OnnxRuntime.Tensor>;
}

/**
 * The top MLP on the CPU for a part of a batch, as an ONNX graph. Where most of its inputs are zero, as with pruned tables,
 * `SparseLayer` computes the first layer, and the graph the others.
 */
export class TopMlp {
  readonly #ort: typeof OnnxRuntime;
  readonly #config: DlrmConfig;
  readonly #sessions: Sessions;
  readonly #sparseLayer: SparseLayer;
  readonly #minZeroShare: number;
  readonly #first: LayerNames;
  readonly #second: LayerNames | undefined;
  #made: Made | undefined;

  constructor({
    ort,
    config,
    sessions,
    threads,
    sparseLayer,
  }: {
    ort: typeof OnnxRuntime;
    config: DlrmConfig;
    sessions: Sessions;
    /** Threads of each session. */
    threads: number;
    /** For the first layer, on the memory of the features. */
    sparseLayer: SparseLayer;
  }) {
    this.#ort = ort;
    this.#config = config;
    this.#sessions = sessions;
    this.#sparseLayer = sparseLayer;
    this.#minZeroShare = 1 - (1 - minZeroShare) / threads;
    [this.#first, this.#second] = denseLayers(config).top as [LayerNames, LayerNames?];
  }

  /** Whether a zero among the features adds nothing to the result: zero times an infinity is NaN. */
  addsNothingForZeros({ feeds }: Parameters): boolean {
    return this.#madeFrom(feeds).isFinite;
  }

  /**
   * Computes the probabilities (count) for features.
   *
   * @param features (count, width), in the memory of the sparse layer
   * @param columns which features these are, ascending (width); the others are zero. Default: all
   */
  async run(
    features: Float32Array,
    columns: Int32Array | undefined,
    probabilities: Float32Array,
    parameters: Parameters,
  ): Promise<void> {
    const count = probabilities.length;
    const second = this.#isSparse(features, parameters) ? this.#second : undefined;
    const input = second ? this.#firstLayer(features, columns, count, parameters) : features;
    const { session, feeds } = await (second
      ? this.#graph(second, parameters)
      : columns
        ? this.#graphOf(columns, parameters)
        : this.#graph(this.#first, parameters));
    const matrix = (values: Float32Array) =>
      new this.#ort.Tensor('float32', values, [count, values.length / count]);
    await session.run({ ...feeds, input: matrix(input) }, { result: matrix(probabilities) });
  }

  #isSparse(features: Float32Array, parameters: Parameters): boolean {
    return (
      this.#sparseLayer.zeroShare(features) >= this.#minZeroShare && this.addsNothingForZeros(parameters)
    );
  }

  #firstLayer(
    features: Float32Array,
    columns: Int32Array | undefined,
    count: number,
    { feeds }: Parameters,
  ): Float32Array {
    const made = this.#madeFrom(feeds);
    if (!made.isInSparseLayer) {
      const { weight, bias } = this.#first;
      this.#sparseLayer.setParameters(feeds[weight]!.data as Float32Array, feeds[bias]!.data as Float32Array);
      made.isInSparseLayer = true;
    }
    return this.#sparseLayer.forward(features, count, columns);
  }

  /** The graph from a layer on, and what it takes besides its input. */
  async #graph({ name: from }: LayerNames, { feeds, frozen }: Parameters) {
    const constants = frozen && constantsOf(feeds);
    const session = await (frozen ?? this.#sessions).get(`from ${from}`, () =>
      forwardGraph(this.#config, { from, constants }),
    );
    return { session, feeds: frozen ? {} : feeds };
  }

  /** The graph for some of the features, and what it takes besides them. */
  async #graphOf(columns: Int32Array, { feeds }: Parameters) {
    const session = await this.#sessions.get('from some features', () =>
      forwardGraph(this.#config, { from: this.#first.name, anyWidth: true }),
    );
    return { session, feeds: { ...feeds, [this.#first.weight]: this.#weightOf(columns, feeds) } };
  }

  /** Columns of the first layer's weight. */
  #weightOf(columns: Int32Array, feeds: Feeds): OnnxRuntime.Tensor {
    const { weights } = this.#madeFrom(feeds);
    const key = columns.join();
    let reduced = weights.get(key);
    if (!reduced) {
      const { data, dims } = feeds[this.#first.weight]!;
      const [outputs, inputs] = dims as [number, number];
      const weight = new Float32Array(outputs * columns.length);
      let next = 0;
      for (let output = 0; output < outputs; output++) {
        for (const column of columns) weight[next++] = (data as Float32Array)[output * inputs + column]!;
      }
      reduced = new this.#ort.Tensor('float32', weight, [outputs, columns.length]);
      if (weights.size === keptWeights) weights.delete(weights.keys().next().value!);
      weights.set(key, reduced);
    }
    return reduced;
  }

  #madeFrom(feeds: Feeds): Made {
    if (this.#made?.from !== feeds) {
      const weight = feeds[this.#first.weight]!.data as Float32Array;
      this.#made = {
        from: feeds,
        isFinite: isFinite(weight),
        isInSparseLayer: false,
        weights: new Map(),
      };
    }
    return this.#made!;
  }
}

function isFinite(values: Float32Array): boolean {
  for (let place = 0; place < values.length; place++) if (!Number.isFinite(values[place])) return false;
  return true;
}
