import type * as TensorFlow from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { DlrmConfig } from '../../models/dlrm/config.js';
import { modulesOf } from '../../models/dlrm/modules.js';
import { adagradStep } from '../../network/adagrad.js';
import { logitGradients, lossGradients } from '../../network/derivatives.js';
import { forward, modulesBetween, type Module } from '../../network/module.js';
import type { Ops } from '../../network/ops.js';
import type { StateDict } from '@ds/tensor-files';
import { gatherRowsOfTables } from '../../tables/gather-rows.js';
import { usedTables } from '../../models/dlrm/hooks/kept-features.js';
import type { ModuleInput, Network, NetworkInput } from '../engine.js';
import { tfjsOps } from './tfjs-ops.js';

type Tensors = Readonly<Record<string, Tensor>>;

/** A dense network with TensorFlow.js tensors as parameters, whose operations run immediately. */
export class TfjsNetwork implements Network {
  readonly #tf: typeof TensorFlow;
  readonly #ops: Ops<Tensor>;
  readonly #backend: string;
  readonly #config: DlrmConfig;
  readonly #modules: readonly Module[];
  readonly #usedTables: readonly number[];
  /** The weights and biases by name. */
  #parameters: Tensors;
  /** Adagrad's accumulators. */
  #sums: Tensors | undefined;

  constructor({
    tf,
    backend,
    config,
    parameters,
  }: {
    tf: typeof TensorFlow;
    /** The name of an initialised tfjs backend. */
    backend: string;
    config: DlrmConfig;
    parameters: StateDict;
  }) {
    this.#tf = tf;
    this.#ops = tfjsOps(tf);
    this.#backend = backend;
    this.#config = config;
    this.#modules = modulesOf(config);
    this.#usedTables = usedTables(config);
    this.#parameters = this.#tensors(parameters);
  }

  async forward(input: NetworkInput, { from, to }: { from?: ModuleInput; to?: string } = {}) {
    const modules = modulesBetween(this.#modules, { from: from?.module, to });
    const values = from?.values ?? input.dense;
    const result = this.#tidy(() =>
      forward(this.#ops, modules, this.#tf.tensor(values, [input.size, modules[0]!.inputs]), {
        parameters: this.#parameters,
        rows: modules.some(({ needsRows }) => needsRows) ? [this.#rowsTensor(input)] : [],
      }),
    );
    return this.#read(result);
  }

  // Its operations take the weights from where they are.
  freeze(): void {}

  async trainStep(input: NetworkInput, labels: Float32Array, learningRate: number) {
    const { loss, rows, parameters } = this.#tidy(() => {
      const gradients = this.#lossGradients(input, labels, learningRate);
      const parameters = mapValues(this.#parameters, (parameter, name) =>
        gradients.parameters[name]!.subtractedFrom(parameter),
      );
      return { ...gradients, parameters };
    });
    disposeAll(this.#parameters);
    this.#parameters = parameters;
    const [lossValues, rowSteps] = await Promise.all([this.#read(loss), this.#read(rows)]);
    return { loss: lossValues[0]!, rowSteps };
  }

  async adagradStep(input: NetworkInput, labels: Float32Array, learningRate: number) {
    const sums = (this.#sums ??= this.#onBackend(() =>
      mapValues(this.#parameters, (parameter) => this.#tf.zerosLike(parameter)),
    ));
    const { loss, rows, parameters, newSums } = this.#tidy(() => {
      const { loss, rows, parameters } = this.#lossGradients(input, labels, 1);
      const rate = this.#tf.tensor1d([learningRate]);
      const after = mapValues(this.#parameters, (parameter, name) =>
        adagradStep(this.#ops, {
          parameter,
          sum: sums[name]!,
          gradient: parameters[name]!.value(),
          learningRate: rate,
        }),
      );
      return {
        ...{ loss, rows },
        parameters: mapValues(after, ({ parameter }) => parameter),
        newSums: mapValues(after, ({ sum }) => sum),
      };
    });
    disposeAll(this.#parameters);
    disposeAll(sums);
    [this.#parameters, this.#sums] = [parameters, newSums];
    const [lossValues, rowGradients] = await Promise.all([this.#read(loss), this.#read(rows)]);
    return { loss: lossValues[0]!, rowGradients };
  }

  adagradSums(): StateDict | undefined {
    return this.#sums && toStateDict(this.#sums);
  }

  setAdagradSums(sums: StateDict): void {
    if (this.#sums) disposeAll(this.#sums);
    this.#sums = this.#tensors(sums);
  }

  async gradients(input: NetworkInput, labels: Float32Array) {
    const { loss, rows, parameters } = this.#tidy(() => {
      const gradients = this.#lossGradients(input, labels, 1);
      return { ...gradients, parameters: mapValues(gradients.parameters, (gradient) => gradient.value()) };
    });
    const stateDict = toStateDict(parameters);
    disposeAll(parameters);
    const [lossValues, rowValues] = await Promise.all([this.#read(loss), this.#read(rows)]);
    return { loss: lossValues[0]!, parameters: stateDict, rows: rowValues };
  }

  async rowGradients(input: NetworkInput) {
    const { probabilities, gradients } = await this.#readGradients(() => {
      const { dense, ...inputs } = this.#inputs(input);
      return logitGradients(this.#ops, this.#modules, { ...inputs, input: dense }, { of: 'rows' });
    });
    return { probabilities, rows: gradients };
  }

  async inputGradients(networkInput: NetworkInput, { module, values }: ModuleInput) {
    const modules = modulesBetween(this.#modules, { from: module });
    return this.#readGradients(() => {
      const input = shaped(this.#tf.tensor(values, [networkInput.size, modules[0]!.inputs]));
      const rows = modules.some(({ needsRows }) => needsRows) && {
        rows: shaped(this.#rowsTensor(networkInput)),
      };
      const parameters = mapValues(this.#parameters, shaped);
      return logitGradients(this.#ops, modules, { input, ...rows, parameters }, { of: 'input' });
    });
  }

  parameters(): StateDict {
    return toStateDict(this.#parameters);
  }

  async dispose(): Promise<void> {
    disposeAll(this.#parameters);
    if (this.#sums) disposeAll(this.#sums);
  }

  #rowsTensor({ size, ids, tables }: NetworkInput): Tensor {
    const { embeddingDim } = this.#config;
    const rows = new Float32Array(ids.length * embeddingDim);
    gatherRowsOfTables(tables, ids, rows, { order: 'examples first', used: this.#usedTables });
    return this.#tf.tensor(rows, [size, tables.length, embeddingDim]);
  }

  #inputs(input: NetworkInput) {
    return {
      dense: shaped(this.#tf.tensor(input.dense, [input.size, this.#config.bottomMlp[0]!])),
      rows: shaped(this.#rowsTensor(input)),
      parameters: mapValues(this.#parameters, shaped),
    };
  }

  #lossGradients(input: NetworkInput, labels: Float32Array, learningRate: number) {
    return lossGradients(this.#ops, this.#modules, this.#inputs(input), {
      labels: this.#tf.tensor(labels, [input.size, 1]),
      scale: this.#tf.tensor1d([learningRate / input.size]),
    });
  }

  async #readGradients(compute: () => { probabilities: Tensor; gradients: Tensor }) {
    const { probabilities, gradients } = this.#tidy(compute);
    const read = [this.#read(probabilities), this.#read(gradients)] as const;
    const [probabilityValues, gradientValues] = await Promise.all(read);
    return { probabilities: probabilityValues, gradients: gradientValues };
  }

  async #read(tensor: Tensor): Promise<Float32Array> {
    const values = await this.#onBackend(() => tensor.data<'float32'>());
    tensor.dispose();
    return values;
  }

  /** Tensors with copies of the values. */
  #tensors(values: StateDict): Tensors {
    return this.#onBackend(() =>
      mapValues(values, ({ data, shape }) => this.#tf.tensor(data.slice(), [...shape])),
    );
  }

  /** Runs operations and frees all tensors that they created, except those returned. */
  #tidy<Result>(run: () => Result): Result {
    // TypeScript does not accept an interface, unlike an object type, as tfjs's TensorContainer.
    const container = run as () => TensorFlow.TensorContainer;
    return this.#onBackend(() => this.#tf.tidy(container)) as Result;
  }

  /** tfjs has one global backend: this sets ours while we compute, then restores the previous one. */
  #onBackend<Result>(run: () => Result): Result {
    const before = this.#tf.getBackend();
    if (before === this.#backend) return run();
    // Both calls take effect immediately, because both backends are already initialised.
    void this.#tf.setBackend(this.#backend);
    try {
      return run();
    } finally {
      if (before) void this.#tf.setBackend(before);
    }
  }
}

function shaped(value: Tensor) {
  return { value, shape: value.shape };
}

function toStateDict(tensors: Tensors): StateDict {
  return mapValues(tensors, (tensor) => ({
    data: tensor.dataSync<'float32'>().slice(),
    shape: [...tensor.shape],
  }));
}

function disposeAll(tensors: Tensors): void {
  for (const tensor of Object.values(tensors)) tensor.dispose();
}

function mapValues<A, B>(
  object: Readonly<Record<string, A>>,
  map: (value: A, key: string) => B,
): Record<string, B> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value, key)]));
}
