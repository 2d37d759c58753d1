import type * as OnnxRuntime from 'onnxruntime-node';
import { TableMemory } from '@ds/data-sparsifier';
import type { DlrmConfig } from '../../../models/dlrm/config.js';
import { usedTables } from '../../../models/dlrm/hooks/kept-features.js';
import { forwardKernel } from '../kernels/forward-kernel.js';
import { InteractionMemory } from '../kernels/interaction-memory.js';
import { SparseLayer } from '../kernels/sparse-layer.js';
import { forwardGraph } from '../graph/dlrm-graphs.js';
import { constantsOf, type Parameters } from '../parameters.js';
import type { Sessions } from '../sessions.js';
import { TopMlp } from './top-mlp.js';

/** The input of the network besides a part's rows: the dense features, or the bottom MLP's output if already computed. */
export interface BottomInput {
  /** (count, bottomMlp[0]) */
  dense?: Float32Array;
  /** (count, dim) */
  bottomOutput?: Float32Array | undefined;
}

export interface ForwardOptions {
  parameters: Parameters;
  /** Whether tables whose rows are all zero in the part are looked for, because their products are zero. */
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
  readonly #threads: number;
  readonly #capacity: number;
  readonly #vectors: number;
  #afterBottom: { interaction: InteractionMemory; topMlp: TopMlp } | undefined;

  constructor({
    ort,
    config,
    sessions,
    threads,
    capacity,
  }: {
    ort: typeof OnnxRuntime;
    config: DlrmConfig;
    sessions: Sessions;
    /** Threads of each session. */
    threads: number;
    /** The maximum number of examples in a part. */
    capacity: number;
  }) {
    this.#ort = ort;
    this.#config = config;
    this.#vectors = usedTables(config).length + 1;
    this.#sessions = sessions;
    this.#threads = threads;
    this.#capacity = capacity;
  }

  /** The array for the rows of a part of `count` examples: (used tables, count, dim). */
  rows(count: number): Float32Array {
    return this.#open().interaction.rows(count);
  }

  /** Computes the probabilities (count) of the examples whose rows have been gathered. */
  async forward(
    input: BottomInput,
    probabilities: Float32Array,
    { parameters, skipsZeros }: ForwardOptions,
  ): Promise<void> {
    const count = probabilities.length;
    await this.#takeBottomOutput(input, count, parameters);
    const { interaction, topMlp } = this.#open();
    const live =
      skipsZeros && topMlp.addsNothingForZeros(parameters) ? interaction.liveVectors(count) : undefined;
    const features = interaction.features(count, live);
    const columns = live && live.length < this.#vectors ? interaction.liveColumns(live) : undefined;
    await topMlp.run(features, columns, probabilities, parameters);
  }

  /** The input of the top MLP, (count, topMlp[0]); valid until the next call. */
  async features(input: BottomInput, count: number, parameters: Parameters): Promise<Float32Array> {
    await this.#takeBottomOutput(input, count, parameters);
    return this.#open().interaction.features(count);
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

  async #takeBottomOutput({ dense, bottomOutput }: BottomInput, count: number, parameters: Parameters) {
    const output = this.#open().interaction.bottomOutput(count);
    if (bottomOutput) output.set(bottomOutput);
    else await this.bottomOutput(dense!, output, parameters);
  }

  // On first use, because a model that is only trained does not need it. Everything is allocated here: if the memory grew
  // later, the views of it would be lost.
  #open() {
    if (!this.#afterBottom) {
      const memory = new TableMemory();
      const kernel = forwardKernel(memory.linearMemory);
      const [config, capacity] = [this.#config, this.#capacity];
      const [inputs, outputs] = config.topMlp as [number, number];
      const interaction = new InteractionMemory({ memory, kernel, config, capacity });
      const sparseLayer = new SparseLayer({ memory, kernel, inputs, outputs, capacity });
      const [ort, sessions, threads] = [this.#ort, this.#sessions, this.#threads];
      this.#afterBottom = {
        interaction,
        topMlp: new TopMlp({ ort, config, sessions, threads, sparseLayer }),
      };
    }
    return this.#afterBottom;
  }

  #matrix(values: Float32Array, rows: number): OnnxRuntime.Tensor {
    return new this.#ort.Tensor('float32', values, [rows, values.length / rows]);
  }
}
