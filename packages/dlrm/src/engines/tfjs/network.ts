import type * as TensorFlow from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { denseLayers, type DlrmConfig, type LayerNames } from '../../models/dlrm/config.js';
import { backward, logitRowGradients, parameterGradient, updatedLayer } from '../../network/backward.js';
import {
  bottomMlp,
  forward,
  interact,
  meanLoss,
  topFromSecond,
  topMlp,
  type DenseParameters,
  type Layer,
} from '../../network/forward.js';
import type { Ops } from '../../network/ops.js';
import { needsRows, segment, type LayerPlace } from '../../network/segment.js';
import type { StateDict } from '@ds/tensor-files';
import { gatherRowsOfTables } from '../../tables/gather-rows.js';
import type { EnteringLayer, Network, NetworkInput } from '../engine.js';
import { tfjsOps } from './tfjs-ops.js';

/** A dense network whose parameters are tensors of TensorFlow.js, and whose operations run at once. */
export class TfjsNetwork implements Network {
  readonly #tf: typeof TensorFlow;
  readonly #ops: Ops<Tensor>;
  readonly #backend: string;
  readonly #config: DlrmConfig;
  readonly #names: { bottom: LayerNames[]; top: LayerNames[] };
  #parameters: DenseParameters<Tensor>;

  constructor({
    tf,
    backend,
    config,
    parameters,
  }: {
    tf: typeof TensorFlow;
    /** The backend's name in tfjs, ready to use. */
    backend: string;
    config: DlrmConfig;
    parameters: StateDict;
  }) {
    this.#tf = tf;
    this.#ops = tfjsOps(tf);
    this.#backend = backend;
    this.#config = config;
    this.#names = denseLayers(config);
    const tensor = (name: string) => tf.tensor(parameters[name]!.data.slice(), parameters[name]!.shape);
    const layer = ({ weight, bias }: LayerNames) => ({ weight: tensor(weight), bias: tensor(bias) });
    this.#parameters = this.#onBackend(() => ({
      bottom: this.#names.bottom.map(layer),
      top: this.#names.top.map(layer),
    }));
  }

  async forward(input: NetworkInput): Promise<Float32Array> {
    const probabilities = this.#tidy(
      () => topMlp(this.#ops, this.#parameters, this.#interact(input).features).probabilities,
    );
    return this.#read(probabilities);
  }

  async features(input: NetworkInput): Promise<Float32Array> {
    return this.#read(this.#tidy(() => this.#interact(input).features));
  }

  async bottomOutput(input: Pick<NetworkInput, 'size' | 'dense'>): Promise<Float32Array> {
    return this.#read(this.#tidy(() => this.#bottomMlp(input).at(-1)!));
  }

  async topFromSecond(afterFirst: Float32Array): Promise<Float32Array> {
    const probabilities = this.#tidy(() => {
      const tensor = this.#tf.tensor2d(afterFirst, [
        afterFirst.length / this.#config.topMlp[1]!,
        this.#config.topMlp[1]!,
      ]);
      return topFromSecond(this.#ops, this.#parameters, tensor).probabilities;
    });
    return this.#read(probabilities);
  }

  async segment(input: NetworkInput, { from, to }: { from?: EnteringLayer; to?: LayerPlace }) {
    const { place, values } = from ?? { place: { mlp: 'bottom', layer: 0 }, values: input.dense };
    const result = this.#tidy(() =>
      segment(this.#ops, this.#config, this.#parameters, {
        from: place,
        value: this.#tf.tensor(values, [input.size, values.length / input.size]),
        rows: needsRows(place, to) ? [this.#rowsTensor(input)] : [],
        to,
      }),
    );
    return this.#read(result);
  }

  async trainStep(input: NetworkInput, labels: Float32Array, learningRate: number) {
    const { loss, rows, parameters } = this.#tidy(() => {
      const { gradients, loss } = this.#backward(input, labels, learningRate);
      const { bottom, top } = this.#parameters;
      const updated = {
        bottom: bottom.map((layer, index) => updatedLayer(this.#ops, layer, gradients.bottom[index]!)),
        top: top.map((layer, index) => updatedLayer(this.#ops, layer, gradients.top[index]!)),
      };
      return { loss, rows: gradients.rows, parameters: updated };
    });
    this.#disposeParameters();
    this.#parameters = parameters;
    const [lossValues, rowSteps] = await Promise.all([this.#read(loss), this.#read(rows)]);
    return { loss: lossValues[0]!, rowSteps };
  }

  async gradients(input: NetworkInput, labels: Float32Array) {
    const { loss, rows, parameters } = this.#tidy(() => {
      const { gradients, loss } = this.#backward(input, labels, 1);
      const parameters = {
        bottom: gradients.bottom.map((gradient) => parameterGradient(this.#ops, gradient)),
        top: gradients.top.map((gradient) => parameterGradient(this.#ops, gradient)),
      };
      return { loss, rows: gradients.rows, parameters };
    });
    const stateDict = this.#toStateDict(parameters);
    disposeLayers(parameters);
    const [lossValues, rowValues] = await Promise.all([this.#read(loss), this.#read(rows)]);
    return { loss: lossValues[0]!, parameters: stateDict, rows: rowValues };
  }

  async rowGradients(input: NetworkInput) {
    const { probabilities, rows } = this.#tidy(() => {
      const activations = this.#forward(input);
      const rows = logitRowGradients(this.#ops, this.#config, this.#parameters, activations);
      return { probabilities: activations.probabilities, rows };
    });
    const [probabilityValues, rowValues] = await Promise.all([this.#read(probabilities), this.#read(rows)]);
    return { probabilities: probabilityValues, rows: rowValues };
  }

  parameters(): StateDict {
    return this.#toStateDict(this.#parameters);
  }

  async dispose(): Promise<void> {
    this.#disposeParameters();
  }

  #bottomMlp({ size, dense }: Pick<NetworkInput, 'size' | 'dense'>): Tensor[] {
    return bottomMlp(this.#ops, this.#parameters, this.#denseTensor(size, dense));
  }

  #interact(input: NetworkInput): { features: Tensor } {
    const { size, bottomOutput } = input;
    const output = bottomOutput
      ? this.#tf.tensor(bottomOutput, [size, this.#config.embeddingDim])
      : this.#bottomMlp(input).at(-1)!;
    return interact(this.#ops, this.#config, output, [this.#rowsTensor(input)]);
  }

  #denseTensor(size: number, dense: Float32Array): Tensor {
    return this.#tf.tensor(dense, [size, this.#config.bottomMlp[0]!]);
  }

  #rowsTensor({ size, ids, tables }: NetworkInput): Tensor {
    const { embeddingDim } = this.#config;
    const rows = new Float32Array(ids.length * embeddingDim);
    gatherRowsOfTables(tables, ids, rows, { order: 'examples first' });
    return this.#tf.tensor(rows, [size, tables.length, embeddingDim]);
  }

  #forward(input: NetworkInput) {
    return forward(this.#ops, this.#config, this.#parameters, {
      dense: this.#denseTensor(input.size, input.dense),
      rows: [this.#rowsTensor(input)],
    });
  }

  #backward(input: NetworkInput, labels: Float32Array, learningRate: number) {
    const activations = this.#forward(input);
    const labelColumn = this.#tf.tensor(labels, [input.size, 1]);
    const gradients = backward(this.#ops, this.#config, this.#parameters, activations, {
      labels: labelColumn,
      scale: this.#tf.tensor1d([learningRate / input.size]),
    });
    return { gradients, loss: meanLoss(this.#ops, activations.probabilities, labelColumn) };
  }

  async #read(tensor: Tensor): Promise<Float32Array> {
    const values = await this.#onBackend(() => tensor.data<'float32'>());
    tensor.dispose();
    return values;
  }

  #toStateDict(parameters: DenseParameters<Tensor>): StateDict {
    const stateDict: StateDict = {};
    for (const mlp of ['bottom', 'top'] as const) {
      this.#names[mlp].forEach((names, index) => {
        for (const part of ['weight', 'bias'] as const) {
          const tensor = parameters[mlp][index]![part];
          stateDict[names[part]] = { data: tensor.dataSync<'float32'>().slice(), shape: [...tensor.shape] };
        }
      });
    }
    return stateDict;
  }

  #disposeParameters(): void {
    disposeLayers(this.#parameters);
  }

  /** Runs operations and frees what they made, except what is returned. */
  #tidy<Result>(run: () => Result): Result {
    // An interface, unlike an object type, does not pass for tfjs's TensorContainer, though it is one.
    const container = run as () => TensorFlow.TensorContainer;
    return this.#onBackend(() => this.#tf.tidy(container)) as Result;
  }

  /** tfjs has one current backend for everybody: ours while we compute, then the one it was. */
  #onBackend<Result>(run: () => Result): Result {
    const before = this.#tf.getBackend();
    if (before === this.#backend) return run();
    // Both calls take effect at once, because both backends have been made ready before.
    void this.#tf.setBackend(this.#backend);
    try {
      return run();
    } finally {
      if (before) void this.#tf.setBackend(before);
    }
  }
}

function disposeLayers({ bottom, top }: DenseParameters<Tensor>): void {
  const dispose = ({ weight, bias }: Layer<Tensor>) => {
    weight.dispose();
    bias.dispose();
  };
  [...bottom, ...top].forEach(dispose);
}
