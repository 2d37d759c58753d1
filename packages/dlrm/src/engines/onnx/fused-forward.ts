import type * as OnnxRuntime from 'onnxruntime-node';
import { denseLayers, type DlrmConfig } from '../../config.js';
import { InteractionMemory, liveColumns } from '../../interaction/interaction-memory.js';
import { DenseTable } from '../../table.js';
import type { NetworkInput } from '../engine.js';
import { topGraph, vectorsGraph } from './dlrm-graphs.js';
import type { OnnxGraph } from './graph.js';
import { gatherPlace, tableFeeds } from './table-feeds.js';

type Ort = typeof OnnxRuntime;
type Feeds = Record<string, OnnxRuntime.Tensor>;

// Examples at a time: their activations stay in the processor's caches. Measured: performance/RESULTS.md.
const partSize = 4096;
// Sets of live vectors whose part of the first top layer's weight is kept at hand.
const keptWeights = 8;

/**
 * The forward pass on the CPU: both MLPs and the gather from dense tables as ONNX graphs, the interaction in
 * WebAssembly between them, on memory that the graphs read and write.
 *
 * In a model with compressed tables, those whose rows are zero for a whole part of the batch are left out of the
 * interaction and of the first top layer: their products are zero.
 */
export class FusedForward {
  readonly #ort: Ort;
  readonly #config: DlrmConfig;
  readonly #session: (name: string, graph: () => OnnxGraph) => Promise<OnnxRuntime.InferenceSession>;
  readonly #weights = new Map<string, OnnxRuntime.Tensor>();
  #interaction: InteractionMemory | undefined;

  constructor({
    ort,
    config,
    session,
  }: {
    ort: Ort;
    config: DlrmConfig;
    /** The compiled graph of a name. */
    session: (name: string, graph: () => OnnxGraph) => Promise<OnnxRuntime.InferenceSession>;
  }) {
    this.#ort = ort;
    this.#config = config;
    this.#session = session;
  }

  /** Probabilities (n). */
  async forward(input: NetworkInput, parameters: Feeds): Promise<Float32Array> {
    const probabilities = new Float32Array(input.size);
    const top = await this.#session('top MLP', () => topGraph(this.#config));
    // Such a model cannot be trained: the weights that are kept at hand stay true.
    const skipsZeros = input.tables.some((table) => !(table instanceof DenseTable));
    for (const { part, start } of this.#parts(input)) {
      const interaction = await this.#gatherVectors(part, parameters);
      const live = skipsZeros ? interaction.liveVectors(part.size) : undefined;
      const features = interaction.features(part.size, live);
      await top.run(
        {
          ...parameters,
          ...this.#firstTopWeight(live, parameters),
          features: this.#matrix(features, part.size),
        },
        { probabilities: this.#matrix(probabilities.subarray(start, start + part.size), part.size) },
      );
    }
    return probabilities;
  }

  /** What enters the top MLP (n, topMlp[0]). */
  async features(input: NetworkInput, parameters: Feeds): Promise<Float32Array> {
    const width = this.#config.topMlp[0]!;
    const features = new Float32Array(input.size * width);
    for (const { part, start } of this.#parts(input)) {
      const interaction = await this.#gatherVectors(part, parameters);
      features.set(interaction.features(part.size), start * width);
    }
    return features;
  }

  *#parts({ size, dense, ids, tables }: NetworkInput): Generator<{ part: NetworkInput; start: number }> {
    const denseWidth = this.#config.bottomMlp[0]!;
    for (let start = 0; start < size; start += partSize) {
      const end = Math.min(start + partSize, size);
      const part = {
        size: end - start,
        dense: dense.subarray(start * denseWidth, end * denseWidth),
        ids: ids.subarray(start * tables.length, end * tables.length),
        tables,
      };
      yield { part, start };
    }
  }

  async #gatherVectors(part: NetworkInput, parameters: Feeds): Promise<InteractionMemory> {
    const { size, dense, ids, tables } = part;
    const place = gatherPlace(part);
    const session = await this.#session(`vectors ${place}`, () => vectorsGraph(this.#config, place));
    const interaction = (this.#interaction ??= new InteractionMemory({
      config: this.#config,
      capacity: partSize,
    }));
    const feeds: Feeds = { ...parameters, dense: this.#matrix(dense, size) };
    const outputs: Feeds = { vector_0: this.#matrix(interaction.vectors(0, size), size) };
    if (place === 'graph') {
      Object.assign(feeds, tableFeeds(this.#ort, part));
      tables.forEach((_, index) => {
        const vectors = interaction.vectors(index + 1, size);
        outputs[`vector_${index + 1}`] = new this.#ort.Tensor('float32', vectors, [
          size,
          1,
          this.#config.embeddingDim,
        ]);
      });
    } else {
      interaction.gather(tables, ids);
    }
    await session.run(feeds, outputs);
    return interaction;
  }

  /** The columns of the first top layer's weight that meet live features. */
  #firstTopWeight(live: Int32Array | undefined, parameters: Feeds): Feeds {
    const { weight: name } = denseLayers(this.#config).top[0]!;
    const { tableRows, embeddingDim } = this.#config;
    if (!live || live.length === tableRows.length + 1) return {};
    const key = live.join();
    let reduced = this.#weights.get(key);
    if (!reduced) {
      const { data, dims } = parameters[name]!;
      const [outputs, inputs] = dims as [number, number];
      const columns = liveColumns(live, embeddingDim);
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
