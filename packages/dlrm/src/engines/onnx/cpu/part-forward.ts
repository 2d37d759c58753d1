import type * as OnnxRuntime from 'onnxruntime-node';
import { denseLayers, type DlrmConfig } from '../../../models/dlrm/config.js';
import { usedTables } from '../../../models/dlrm/hooks/kept-features.js';
import { InteractionMemory, liveColumns } from '../interaction/interaction-memory.js';
import { forwardGraph } from '../graph/dlrm-graphs.js';
import { constantsOf, type Feeds, type Parameters } from '../parameters.js';
import type { Sessions } from '../sessions.js';

// The number of sets of live vectors for which the columns of the first top layer's weight are cached.
const keptWeights = 8;

/** The input of the network besides a part's rows: the dense features, or the bottom MLP's output if already computed. */
export interface BottomInput {
  /** (count, bottomMlp[0]) */
  dense?: Float32Array;
  /** (count, dim) */
  bottomOutput?: Float32Array | undefined;
}

export interface ForwardOptions {
  parameters: Parameters;
  /**
   * Skips tables whose rows are all zero in the interaction and in the first top layer, because their products are zero.
   */
  skipsZeros: boolean;
}

/**
 * The forward pass on the CPU for a part of a batch: both MLPs as ONNX graphs, and between them the interaction in
 * WebAssembly, on memory that the graphs read and write. The caller first gathers the rows of the tables into that memory.
 */
export class PartForward {
  readonly #ort: typeof OnnxRuntime;
  readonly #config: DlrmConfig;
  readonly #sessions: Sessions;
  readonly #capacity: number;
  readonly #usedTables: readonly number[];
  #memory: InteractionMemory | undefined;
  readonly #weights = new Map<string, OnnxRuntime.Tensor>();
  #weightsOf: Feeds | undefined;

  constructor({
    ort,
    config,
    sessions,
    capacity,
  }: {
    ort: typeof OnnxRuntime;
    config: DlrmConfig;
    sessions: Sessions;
    /** The maximum number of examples in a part. */
    capacity: number;
  }) {
    this.#ort = ort;
    this.#config = config;
    this.#usedTables = usedTables(config);
    this.#sessions = sessions;
    this.#capacity = capacity;
  }

  /** The array for the rows of a part of `count` examples: (used tables, count, dim). */
  rows(count: number): Float32Array {
    return this.#interaction.rows(count);
  }

  /** Computes the probabilities (count) of the examples whose rows have been gathered. */
  async forward(
    input: BottomInput,
    probabilities: Float32Array,
    { parameters, skipsZeros }: ForwardOptions,
  ): Promise<void> {
    const count = probabilities.length;
    await this.#takeBottomOutput(input, count, parameters);
    const live = skipsZeros ? this.#interaction.liveVectors(count) : undefined;
    const features = this.#matrix(this.#interaction.features(count, live), count);
    const top = await this.#topMlp(live, parameters);
    await top.session.run({ ...top.feeds, input: features }, { result: this.#matrix(probabilities, count) });
  }

  /** The input of the top MLP, (count, topMlp[0]); valid until the next call. */
  async features(input: BottomInput, count: number, parameters: Parameters): Promise<Float32Array> {
    await this.#takeBottomOutput(input, count, parameters);
    return this.#interaction.features(count);
  }

  /** Computes the bottom MLP's output (count, dim) into `output`. */
  async bottomOutput(
    dense: Float32Array,
    output: Float32Array,
    { feeds, frozen }: Parameters,
  ): Promise<void> {
    const count = output.length / this.#config.embeddingDim;
    const bottom = await (frozen ?? this.#sessions).get('bottom MLP', () =>
      forwardGraph(this.#config, { to: 'interaction', constants: frozen && constantsOf(feeds) }),
    );
    await bottom.run(
      { ...(!frozen && feeds), input: this.#matrix(dense, count) },
      { result: this.#matrix(output, count) },
    );
  }

  // Created on first use, because a model that is only trained does not need it.
  get #interaction(): InteractionMemory {
    return (this.#memory ??= new InteractionMemory({ config: this.#config, capacity: this.#capacity }));
  }

  async #takeBottomOutput({ dense, bottomOutput }: BottomInput, count: number, parameters: Parameters) {
    const output = this.#interaction.bottomOutput(count);
    if (bottomOutput) output.set(bottomOutput);
    else await this.bottomOutput(dense!, output, parameters);
  }

  /** The graph of the top MLP, for all features or those of live vectors, and what it takes besides them. */
  async #topMlp(live: Int32Array | undefined, { feeds, frozen }: Parameters) {
    const isWhole = !live || live.length === this.#usedTables.length + 1;
    if (frozen && isWhole) {
      const session = await frozen.get('top MLP', () =>
        forwardGraph(this.#config, { from: 'top_l.0', constants: constantsOf(feeds) }),
      );
      return { session, feeds: {} };
    }
    const session = await this.#sessions.get('top MLP', () =>
      forwardGraph(this.#config, { from: 'top_l.0', anyWidth: true }),
    );
    return {
      session,
      feeds: isWhole ? feeds : { ...feeds, ...this.#firstTopWeight(live, feeds) },
    };
  }

  /** The columns of the first top layer's weight for live features. */
  #firstTopWeight(live: Int32Array, feeds: Feeds): Feeds {
    const { weight: name } = denseLayers(this.#config).top[0]!;
    if (feeds !== this.#weightsOf) this.#weights.clear();
    this.#weightsOf = feeds;
    const key = live.join();
    let reduced = this.#weights.get(key);
    if (!reduced) {
      const { data, dims } = feeds[name]!;
      const [outputs, inputs] = dims as [number, number];
      const columns = liveColumns(live, this.#config);
      const weight = new Float32Array(outputs * columns.length);
      let next = 0;
      for (let output = 0; output < outputs; output++) {
        for (const column of columns) weight[next++] = (data as Float32Array)[output * inputs + column]!;
      }
      reduced = new this.#ort.Tensor('float32', weight, [outputs, columns.length]);
      if (this.#weights.size === keptWeights) this.#weights.delete(this.#weights.keys().next().value!);
      this.#weights.set(key, reduced);
    }
    return { [name]: reduced };
  }

  #matrix(values: Float32Array, rows: number): OnnxRuntime.Tensor {
    return new this.#ort.Tensor('float32', values, [rows, values.length / rows]);
  }
}
