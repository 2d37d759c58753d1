import type * as OnnxRuntime from 'onnxruntime-node';
import type { InferenceSession } from 'onnxruntime-node';
import type { DlrmConfig } from '../../models/dlrm/config.js';
import type { StateDict } from '@ds/tensor-files';
import { gatherRowsOfTables } from '../../tables/gather-rows.js';
import { usedTables } from '../../models/dlrm/hooks/kept-features.js';
import { modulesOf } from '../../models/dlrm/modules.js';
import { modulesBetween, type Module } from '../../network/module.js';
import type { ModuleInput, Network, NetworkInput } from '../engine.js';
import {
  adagradGraph,
  forwardGraph,
  gradientGraph,
  inputGradientGraph,
  rowGradientGraph,
} from './graph/dlrm-graphs.js';
import { constantsOf, type Feeds, type Parameters } from './parameters.js';
import { Sessions } from './sessions.js';

type Ort = typeof OnnxRuntime;

/** The parts of an `OnnxNetwork`. */
export interface OnnxNetworkParts {
  ort: Ort;
  config: DlrmConfig;
  /** The weights and biases, which are copied. */
  parameters: StateDict;
  /** The device and the settings for running the graphs. */
  options: InferenceSession.SessionOptions;
}

/** A dense network as ONNX graphs, each compiled on first use; the same for every device. */
export class OnnxNetwork implements Network {
  readonly #ort: Ort;
  readonly #config: DlrmConfig;
  readonly #modules: readonly Module[];
  readonly #usedTables: readonly number[];
  readonly #options: InferenceSession.SessionOptions;
  readonly #sessions: Sessions;
  /** Graphs that contain the parameters, after `freeze`. */
  #frozen: Sessions | undefined;
  /** The weights and biases; each step replaces the object. */
  #parameters: Feeds;
  /** The parameters before the last step; the next step writes its result to their arrays. */
  #spare: Feeds | undefined;
  /** Adagrad's accumulators, and those before the last step. */
  #sums: Feeds | undefined;
  #spareSums: Feeds | undefined;
  /**
   * Rows of a batch (n, tables, dim), reused, since new memory costs a tenth of the time of a small batch. The places of unused
   * tables stay zero.
   */
  #rows = new Float32Array(0);

  constructor({ ort, config, parameters, options }: OnnxNetworkParts) {
    this.#ort = ort;
    this.#config = config;
    this.#modules = modulesOf(config);
    this.#usedTables = usedTables(config);
    this.#options = options;
    this.#sessions = new Sessions(ort, options);
    this.#parameters = mapValues(
      parameters,
      ({ data, shape }) => new ort.Tensor('float32', data.slice(), shape),
    );
  }

  /** The compiled graphs; subclasses add their own. */
  protected get sessions(): Sessions {
    return this.#sessions;
  }

  /** The parameters as they are now. */
  protected get currentParameters(): Parameters {
    return { feeds: this.#parameters, frozen: this.#frozen };
  }

  freeze(): void {
    this.#frozen ??= new Sessions(this.#ort, this.#options);
  }

  /** The parameters are about to change. */
  async #thaw(): Promise<void> {
    const frozen = this.#frozen;
    this.#frozen = undefined;
    await frozen?.release();
  }

  async forward(input: NetworkInput, { from, to }: { from?: ModuleInput; to?: string } = {}) {
    const section = { from: from?.module, to };
    const modules = modulesBetween(this.#modules, section);
    const frozen = this.#frozen;
    const session = await (frozen ?? this.#sessions).get(
      `forward ${JSON.stringify(section)}`,
      () =>
        forwardGraph(this.#config, {
          ...section,
          constants: frozen && constantsOf(this.#parameters),
        }),
      // No other graph of a served model would run meanwhile.
      { threadsSpin: frozen !== undefined },
    );
    const values = from?.values ?? input.dense;
    const { result } = await session.run({
      input: new this.#ort.Tensor('float32', values, [input.size, modules[0]!.inputs]),
      ...(modules.some(({ needsRows }) => needsRows) && this.#rowsFeed(input)),
      ...(!frozen && this.#parameters),
    });
    return result!.data as Float32Array;
  }

  async trainStep(input: NetworkInput, labels: Float32Array, learningRate: number) {
    await this.#thaw();
    const session = await this.#sessions.get('train', () => gradientGraph(this.#config, { update: true }), {
      threadsSpin: true,
    });
    this.#spare ??= this.#zeros();
    const { loss, rows } = await session.run(
      { ...this.#lossFeeds(input, labels, learningRate), ...this.#parameters },
      { loss: null, rows: null, ...mapKeys(this.#spare, (name) => `new:${name}`) },
    );
    [this.#parameters, this.#spare] = [{ ...this.#spare }, this.#parameters];
    return { loss: (loss!.data as Float32Array)[0]!, rowSteps: rows!.data as Float32Array };
  }

  async adagradStep(input: NetworkInput, labels: Float32Array, learningRate: number) {
    await this.#thaw();
    const session = await this.#sessions.get('adagrad', () => adagradGraph(this.#config), {
      threadsSpin: true,
    });
    this.#spare ??= this.#zeros();
    this.#sums ??= this.#zeros();
    this.#spareSums ??= this.#zeros();
    const { loss, rows } = await session.run(
      {
        ...this.#lossFeeds(input, labels, 1),
        rate: new this.#ort.Tensor('float32', new Float32Array([learningRate]), [1]),
        ...this.#parameters,
        ...mapKeys(this.#sums, (name) => `sum:${name}`),
      },
      {
        ...{ loss: null, rows: null },
        ...mapKeys(this.#spare, (name) => `new:${name}`),
        ...mapKeys(this.#spareSums, (name) => `new-sum:${name}`),
      },
    );
    [this.#parameters, this.#spare] = [{ ...this.#spare }, this.#parameters];
    [this.#sums, this.#spareSums] = [this.#spareSums, this.#sums];
    return { loss: (loss!.data as Float32Array)[0]!, rowGradients: rows!.data as Float32Array };
  }

  adagradSums(): StateDict | undefined {
    return this.#sums && toStateDict(this.#sums);
  }

  setAdagradSums(sums: StateDict): void {
    this.#sums = mapValues(sums, ({ data, shape }) => new this.#ort.Tensor('float32', data.slice(), shape));
  }

  async gradients(input: NetworkInput, labels: Float32Array) {
    const session = await this.#sessions.get('gradients', () =>
      gradientGraph(this.#config, { update: false }),
    );
    const { loss, rows, ...outputs } = await session.run({
      ...this.#lossFeeds(input, labels, 1),
      ...this.#parameters,
    });
    const parameters: StateDict = {};
    for (const [name, { dims }] of Object.entries(this.#parameters)) {
      parameters[name] = { data: outputs[`new:${name}`]!.data as Float32Array, shape: [...dims] };
    }
    return { loss: (loss!.data as Float32Array)[0]!, parameters, rows: rows!.data as Float32Array };
  }

  async rowGradients(input: NetworkInput) {
    const session = await this.#sessions.get('row gradients', () => rowGradientGraph(this.#config));
    const { probabilities, rows } = await session.run({ ...this.#inputFeeds(input), ...this.#parameters });
    return { probabilities: probabilities!.data as Float32Array, rows: rows!.data as Float32Array };
  }

  async inputGradients(input: NetworkInput, { module, values }: ModuleInput) {
    const modules = modulesBetween(this.#modules, { from: module });
    const session = await this.#sessions.get(`input gradients ${module}`, () =>
      inputGradientGraph(this.#config, { from: module }),
    );
    const { probabilities, gradients } = await session.run({
      input: new this.#ort.Tensor('float32', values, [input.size, modules[0]!.inputs]),
      ...(modules.some(({ needsRows }) => needsRows) && this.#rowsFeed(input)),
      ...this.#parameters,
    });
    return {
      probabilities: probabilities!.data as Float32Array,
      gradients: gradients!.data as Float32Array,
    };
  }

  parameters(): StateDict {
    return toStateDict(this.#parameters);
  }

  async dispose(): Promise<void> {
    await this.#thaw();
    await this.#sessions.release();
  }

  /** As many values as the parameters, all 0. */
  #zeros(): Feeds {
    return mapValues(
      this.#parameters,
      ({ size, dims }) => new this.#ort.Tensor('float32', new Float32Array(size), dims),
    );
  }

  #inputFeeds(input: NetworkInput): Feeds {
    const { size, dense } = input;
    return {
      dense: new this.#ort.Tensor('float32', dense, [size, this.#config.bottomMlp[0]!]),
      ...this.#rowsFeed(input),
    };
  }

  #rowsFeed({ size, ids, tables }: NetworkInput): Feeds {
    const { embeddingDim } = this.#config;
    const count = ids.length * embeddingDim;
    if (this.#rows.length < count) this.#rows = new Float32Array(count);
    const rows = this.#rows.subarray(0, count);
    gatherRowsOfTables(tables, ids, rows, { order: 'examples first', used: this.#usedTables });
    return { embeddings: new this.#ort.Tensor('float32', rows, [size, tables.length, embeddingDim]) };
  }

  #lossFeeds(input: NetworkInput, labels: Float32Array, learningRate: number): Feeds {
    const { Tensor } = this.#ort;
    return {
      ...this.#inputFeeds(input),
      labels: new Tensor('float32', labels, [input.size, 1]),
      scale: new Tensor('float32', new Float32Array([learningRate / input.size]), [1]),
    };
  }
}

function toStateDict(feeds: Feeds): StateDict {
  return mapValues(feeds, ({ data, dims }) => ({
    data: (data as Float32Array).slice(),
    shape: [...dims],
  }));
}

function mapValues<A, B>(object: Record<string, A>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}

function mapKeys<A>(object: Record<string, A>, map: (key: string) => string): Record<string, A> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [map(key), value]));
}
