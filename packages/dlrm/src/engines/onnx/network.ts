import type * as OnnxRuntime from 'onnxruntime-node';
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { DlrmConfig } from '../../config.js';
import type { StateDict } from '../../state-dict.js';
import { gatherBatch } from '../../table.js';
import type { Network, NetworkInput } from '../engine.js';
import {
  featuresGraph,
  forwardGraph,
  gradientGraph,
  topFromSecondGraph,
  type GatherPlace,
} from './dlrm-graphs.js';
import { FusedForward } from './fused-forward.js';
import type { OnnxGraph } from './graph.js';
import { encodeModel } from './model-format.js';
import type { OnnxDevice } from './open-onnx.js';
import { gatherPlace, tableFeeds } from './table-feeds.js';

type Ort = typeof OnnxRuntime;
type Feeds = Record<string, OrtTensor>;

/** A dense network as ONNX graphs, each compiled when it is first needed. */
export class OnnxNetwork implements Network {
  readonly #ort: Ort;
  readonly #config: DlrmConfig;
  readonly #options: InferenceSession.SessionOptions;
  readonly #sessions = new Map<string, Promise<InferenceSession>>();
  #parameters: Feeds;
  /** On the CPU: the forward pass with its middle in WebAssembly. */
  readonly #fused: FusedForward | undefined;
  /** The parameters before the last step, whose arrays the next step writes its result into. */
  #spare: Feeds;

  constructor({
    ort,
    device,
    config,
    parameters,
    options,
  }: {
    ort: Ort;
    device: OnnxDevice;
    config: DlrmConfig;
    parameters: StateDict;
    options: InferenceSession.SessionOptions;
  }) {
    this.#ort = ort;
    this.#config = config;
    this.#options = options;
    const copies = () =>
      mapValues(parameters, ({ data, shape }) => new ort.Tensor('float32', data.slice(), shape));
    this.#parameters = copies();
    this.#spare = copies();
    if (device === 'cpu') {
      this.#fused = new FusedForward({ ort, config, session: (name, graph) => this.#session(name, graph) });
    }
  }

  async forward(input: NetworkInput): Promise<Float32Array> {
    if (this.#fused) return this.#fused.forward(input, this.#parameters);
    const place = gatherPlace(input);
    const session = await this.#session(`forward ${place}`, () => forwardGraph(this.#config, place));
    const { probabilities } = await session.run({ ...this.#inputFeeds(input, place), ...this.#parameters });
    return probabilities!.data as Float32Array;
  }

  async features(input: NetworkInput): Promise<Float32Array> {
    if (this.#fused) return this.#fused.features(input, this.#parameters);
    const place = gatherPlace(input);
    const session = await this.#session(`features ${place}`, () => featuresGraph(this.#config, place));
    const { features } = await session.run({ ...this.#inputFeeds(input, place), ...this.#parameters });
    return features!.data as Float32Array;
  }

  async topFromSecond(afterFirst: Float32Array): Promise<Float32Array> {
    const session = await this.#session('top', () => topFromSecondGraph(this.#config));
    const width = this.#config.topMlp[1]!;
    const input = new this.#ort.Tensor('float32', afterFirst, [afterFirst.length / width, width]);
    const { probabilities } = await session.run({ after_first: input, ...this.#parameters });
    return probabilities!.data as Float32Array;
  }

  async trainStep(input: NetworkInput, labels: Float32Array, learningRate: number) {
    const place = gatherPlace(input);
    const session = await this.#session(`train ${place}`, () =>
      gradientGraph(this.#config, place, { update: true }),
    );
    const { loss, rows } = await session.run(
      { ...this.#lossFeeds(input, place, labels, learningRate), ...this.#parameters },
      { loss: null, rows: null, ...mapKeys(this.#spare, (name) => `new:${name}`) },
    );
    [this.#parameters, this.#spare] = [this.#spare, this.#parameters];
    return { loss: (loss!.data as Float32Array)[0]!, rowSteps: rows!.data as Float32Array };
  }

  async gradients(input: NetworkInput, labels: Float32Array) {
    const place = gatherPlace(input);
    const session = await this.#session(`gradients ${place}`, () =>
      gradientGraph(this.#config, place, { update: false }),
    );
    const { loss, rows, ...outputs } = await session.run({
      ...this.#lossFeeds(input, place, labels, 1),
      ...this.#parameters,
    });
    const parameters: StateDict = {};
    for (const [name, { dims }] of Object.entries(this.#parameters)) {
      parameters[name] = { data: outputs[`new:${name}`]!.data as Float32Array, shape: [...dims] };
    }
    return { loss: (loss!.data as Float32Array)[0]!, parameters, rows: rows!.data as Float32Array };
  }

  parameters(): StateDict {
    return mapValues(this.#parameters, ({ data, dims }) => ({
      data: (data as Float32Array).slice(),
      shape: [...dims],
    }));
  }

  async dispose(): Promise<void> {
    const sessions = await Promise.all(this.#sessions.values());
    this.#sessions.clear();
    await Promise.all(sessions.map((session) => session.release()));
  }

  #session(name: string, graph: () => OnnxGraph): Promise<InferenceSession> {
    let session = this.#sessions.get(name);
    if (!session) {
      session = this.#ort.InferenceSession.create(encodeModel(graph().toGraphProto()), this.#options);
      this.#sessions.set(name, session);
    }
    return session;
  }

  #inputFeeds(input: NetworkInput, place: GatherPlace): Feeds {
    const { Tensor } = this.#ort;
    const { size, dense, ids, tables } = input;
    const { bottomMlp, embeddingDim } = this.#config;
    const feeds: Feeds = { dense: new Tensor('float32', dense, [size, bottomMlp[0]!]) };
    if (place === 'graph') return { ...feeds, ...tableFeeds(this.#ort, input) };
    const shape = [size, tables.length, embeddingDim];
    return { ...feeds, embeddings: new Tensor('float32', gatherBatch(tables, ids, size), shape) };
  }

  #lossFeeds(input: NetworkInput, place: GatherPlace, labels: Float32Array, learningRate: number): Feeds {
    const { Tensor } = this.#ort;
    return {
      ...this.#inputFeeds(input, place),
      labels: new Tensor('float32', labels, [input.size, 1]),
      scale: new Tensor('float32', new Float32Array([learningRate / input.size]), [1]),
    };
  }
}

function mapValues<A, B>(object: Record<string, A>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}

function mapKeys<A>(object: Record<string, A>, map: (key: string) => string): Record<string, A> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [map(key), value]));
}
