import type { ForwardPreHook, HookedModel, HookHandle } from '@ds/activation-sparsifier';
import { RandomStream } from '@ds/criteo-data';
import type { EmbeddingTable } from '@ds/data-sparsifier';
import {
  saveCheckpoint,
  type CheckpointMetadata,
  type ModelState,
  type StateDict,
  type Tensor,
} from '@ds/tensor-files';
import { availableThreads } from '@ds/threads';
import { checkBatch, type DlrmBatch, type LabelledBatch } from './batch.js';
import { loadModelState } from './load-model-state.js';
import {
  checkConfig,
  configFromStateDict,
  denseLayers,
  layerNames,
  shapesOf,
  tableName,
  vectorSizes,
  type DlrmConfig,
} from './config.js';
import type { EngineDescription, Network, NetworkInput } from '../../engines/engine.js';
import { openEngine, type EngineChoice } from '../../engines/open-engine.js';
import { dlrmState } from './dlrm-state.js';
import { forwardThroughHooks } from './hooks/forward-through-hooks.js';
import { initialStateDict } from './initialise.js';
import { keptFeaturesName, keptFeaturesTensor } from './hooks/kept-features.js';
import { isAmbiguous } from './interactions/interactions.js';
import { LayerHooks } from './hooks/layer-hooks.js';
import { flagsFrom, flagsMetadata, mergedFlags, type ModelFlags } from './model-flags.js';
import { modulesOf } from './modules.js';
import { modulesBetween, type Module } from '../../network/module.js';
import { DenseTable, subtractSteps, subtractStepsUnlessHeld } from '../../tables/dense-table.js';
import type { PrunedValues } from '../../tables/pruned-values.js';
import { RowWiseAdagrad } from '../../tables/row-wise-adagrad.js';
import { withOwnValues } from '../../tables/with-own-values.js';

// Of the name of an accumulator, after its parameter's name.
const sumSuffix = '.sum';
const noValues = new Float32Array(0);
const noIds = new Int32Array(0);

/** The optimizers for training a model; the default first. */
export const optimizers = ['sgd', 'adagrad'] as const;

/**
 * `sgd`: stochastic gradient descent. `adagrad`: Adagrad, with one accumulator for each row of a table (row-wise, as TorchRec
 * and FBGEMM train) and for each value of the layers.
 */
export type OptimizerName = (typeof optimizers)[number];

/** How a model is run. */
export interface DlrmOptions extends ModelFlags {
  /** The engine of the dense network; default `auto`. */
  engine?: EngineChoice;
  /** Threads for `onnx:cpu`; default: the available processors. */
  threads?: number;
  /** The metadata of its checkpoint, which `save` writes again. Default: none, or what `load` read. */
  metadata?: CheckpointMetadata | undefined;
}

/**
 * The deep learning recommendation model (Naumov et al. 2019, https://arxiv.org/abs/1906.00091), as in
 * facebookresearch/dlrm for Criteo's data.
 *
 * The embedding tables are arrays in memory; the dense network runs on an engine. Overlapping calls run one after another,
 * in the order in which they were made.
 */
export class Dlrm implements HookedModel {
  /** The sizes of the model. */
  readonly config: DlrmConfig;
  /** The engine of the dense network, and why it was chosen. */
  readonly engine: EngineDescription;
  /** The metadata of its checkpoint, such as the fingerprint of the ids of its tables. */
  readonly metadata: CheckpointMetadata;
  #tables: readonly EmbeddingTable[];
  /** The same tables, once training needs them, each with its own values. */
  #trainedTables: readonly DenseTable[] | undefined;
  readonly #network: Network;
  readonly #hooks: LayerHooks;
  /** Of the tables; created by the first step with Adagrad. */
  #adagrad: RowWiseAdagrad | undefined;
  #lastCall: Promise<unknown> = Promise.resolve();
  #disposed = false;

  private constructor(parts: {
    config: DlrmConfig;
    engine: EngineDescription;
    metadata: CheckpointMetadata;
    tables: readonly EmbeddingTable[];
    network: Network;
  }) {
    this.config = parts.config;
    this.engine = parts.engine;
    this.metadata = parts.metadata;
    this.#tables = parts.tables;
    this.#network = parts.network;
    this.#hooks = new LayerHooks(layerNames(parts.config));
  }

  /**
   * A new model with random parameters; the same seed gives the same parameters.
   *
   * @throws Error if the sizes in the config do not match
   */
  static async create(
    config: DlrmConfig,
    {
      seed,
      ...options
    }: {
      /** Seed of the initial parameters, a whole number. */
      seed: number;
    } & DlrmOptions,
  ): Promise<Dlrm> {
    checkConfig(config);
    return Dlrm.#open(config, initialStateDict(config, new RandomStream(seed)), options);
  }

  /**
   * The model in a checkpoint file (`loadCheckpoint` lists the formats). Sparse tables stay sparse.
   *
   * @throws Error naming the file and the key if a tensor is missing, unknown or has the wrong shape
   */
  static async load(
    path: string,
    {
      onNote,
      ...options
    }: DlrmOptions & {
      /** Called with notes on changes to the names of the tensors, one line each. */
      onNote?: (note: string) => void;
    } = {},
  ): Promise<Dlrm> {
    let metadata: CheckpointMetadata = {};
    const { archInteractionOp, qrOperation } = options;
    const onMetadata = (found: CheckpointMetadata) => void (metadata = found);
    const state = await loadModelState(path, { onNote, onMetadata, archInteractionOp, qrOperation });
    return Dlrm.fromStateDict(state, { metadata, ...options });
  }

  /**
   * The model with these parameters. Tables are held by reference, not copied, and training changes them in place, except
   * that of tables which share values, such as those tied in a PyTorch file, the later ones are copied before the first
   * step. The layers' weights and biases are copied. Tables may also be sparse or quantised. The names may also be those of
   * TorchRec's DLRM or of facebookresearch/dlrm's `--qr-flag`, `--md-flag` and `--weighted-pooling=learned`.
   *
   * @throws Error naming the key if a tensor is missing, unknown or has the wrong shape
   */
  static async fromStateDict(state: StateDict | ModelState, options: DlrmOptions = {}): Promise<Dlrm> {
    const flags = mergedFlags(options, flagsFrom(options.metadata ?? {}));
    const plain = dlrmState(state, flags);
    return Dlrm.#open(configFromStateDict(shapesOf(plain), flags), plain, options);
  }

  static async #open(
    config: DlrmConfig,
    state: StateDict | ModelState,
    { engine = 'auto', threads = availableThreads(), metadata = {} }: DlrmOptions,
  ): Promise<Dlrm> {
    const tables = config.tableRows.map((_, index) => {
      const table = state[tableName(index)]!;
      return 'gatherRows' in table ? table : new DenseTable(table);
    });
    const { bottom, top } = denseLayers(config);
    const parameters: StateDict = {};
    for (const { weight, bias } of [...bottom, ...top]) {
      for (const name of [weight, bias]) parameters[name] = state[name] as Tensor;
    }
    const { openNetwork, description } = await openEngine(engine, { threads });
    const network = await openNetwork(config, parameters);
    const { archInteractionOp = 'dot', keptFeatures } = config;
    const isShown = keptFeatures !== undefined || !isAmbiguous(config, vectorSizes(config));
    const said = isShown ? metadata : { ...metadata, ...flagsMetadata({ archInteractionOp }) };
    return new Dlrm({ config, engine: description, metadata: said, tables, network });
  }

  /**
   * The modules of the forward pass in order, for `forwardBetween`: the layers and their activations by PyTorch's names,
   * `bot_l.0`, `bot_l.1` ... `top_l.5`, and between the MLPs `interaction`.
   */
  get moduleNames(): readonly string[] {
    return modulesOf(this.config).map(({ name }) => name);
  }

  /** The layers that accept hooks, by PyTorch's names: `bot_l.0`, `bot_l.2` ... `top_l.0` (whose input is z) and so on. */
  get layerNames(): readonly string[] {
    return layerNames(this.config);
  }

  /** The layers that currently have a hook, in the same order. */
  get hookedLayers(): readonly string[] {
    return this.#hooks.hookedLayers;
  }

  /**
   * Registers a hook that `forward`, on any engine, calls with the input of a layer, (n, inputs of the layer). If the hook
   * returns a value, that replaces the input. `ActivationSparsifier` of `@ds/activation-sparsifier` uses such hooks. While
   * there are hooks, other computations than `forward` are errors, because they would bypass the hooks.
   *
   * @throws Error naming the layer if the model does not have it
   */
  registerForwardPreHook(layerName: string, hook: ForwardPreHook): HookHandle {
    return this.#hooks.add(layerName, hook);
  }

  /**
   * The probability of a click for each example (n).
   *
   * @throws Error if the batch does not fit the model (naming table, example, id and rows)
   */
  forward(batch: DlrmBatch): Promise<Float32Array> {
    return this.#next(async () => {
      const input = this.#checked(batch);
      if (this.hookedLayers.length === 0) return this.#network.forward(input);
      return forwardThroughHooks({ config: this.config, network: this.#network, hooks: this.#hooks, input });
    });
  }

  /**
   * Prepares the model for serving, like `torch.jit.freeze`: the layers' weights become constants of the compiled network, so
   * that passes of a few examples take a third to half of the time, and large ones about 6 % less. On `onnx:cpu`, after a small
   * batch, its threads wait for the next pass without sleeping for a while. The next pass compiles the network, and its results
   * may differ from those before in the last digits. A training step undoes it. Changes nothing on `tfjs`.
   */
  freeze(): Promise<void> {
    return this.#next(async () => this.#network.freeze());
  }

  /**
   * A section of the forward pass, for replacing or sharing a part of it. The modules are those of `moduleNames`:
   *
   * - `{ batch, to: 'interaction' }`: the bottom MLP's output (n, embeddingDim), which models that differ only in their
   *   tables can share; `{ batch, from: { module: 'interaction', values } }` continues from it
   * - `{ batch, to: 'top_l.0' }`: z, the input of the top MLP (n, topMlp[0])
   * - `{ from: { module: 'top_l.1', values } }`: the probabilities from the output of the first top layer (n, topMlp[1])
   *
   * @returns (n, width of the input of `to`), or probabilities (n)
   * @throws Error if there is no such module or it comes too early, the batch does not fit the model, the values are not a
   *   whole number of rows or not one row per example, or a layer has a hook
   */
  forwardBetween(section: {
    /** The examples; needed if the section starts at the dense features or includes the interaction. */
    batch?: DlrmBatch;
    /** The module at which to start, and its input; default: the first layer, with the dense features. */
    from?: {
      /** The module's name. */
      module: string;
      /** (n, width of the module's input), row-major */
      values: Float32Array;
    };
    /** The module whose input is returned; by default the probabilities are. */
    to?: string;
  }): Promise<Float32Array> {
    return this.#nextWithoutHooks('forwardBetween', async () => {
      const { batch, from, to } = section;
      const modules = modulesBetween(modulesOf(this.config), { from: from?.module, to });
      const [first] = modules as [Module];
      if (!batch && (!from || modules.some(({ needsRows }) => needsRows))) {
        throw new Error(`expected a batch: the forward pass from ${first.name} needs one, found none`);
      }
      const input = batch && this.#checked(batch);
      const size = from ? rowsOf(from.values, first, input?.size) : input!.size;
      return this.#network.forward(input ?? { size, dense: noValues, ids: noIds, tables: this.#tables }, {
        from,
        to,
      });
    });
  }

  /**
   * One step of training.
   *
   * @returns the mean binary cross-entropy of the batch before the step
   * @throws Error if the batch does not fit the model, a table is not dense, or the held values are those of other tables
   */
  trainStep(
    batch: LabelledBatch,
    {
      learningRate,
      held,
      optimizer = 'sgd',
    }: {
      /** Factor for the gradient of the mean loss, or with Adagrad for the gradient divided by the root of its accumulator. */
      learningRate: number;
      /** Values of the tables that the step does not change. Default: none. */
      held?: PrunedValues | undefined;
      /** Default `sgd`. The accumulators of `adagrad` stay with the model, see `optimizerState`. */
      optimizer?: OptimizerName;
    },
  ): Promise<number> {
    return this.#nextWithoutHooks('trainStep', async () => {
      const tables = this.#denseTables();
      const heldBits = held?.bitsFor(tables);
      const input = this.#checked(batch);
      if (optimizer === 'adagrad') {
        const { loss, rowGradients } = await this.#network.adagradStep(input, batch.labels, learningRate);
        this.#adagrad ??= new RowWiseAdagrad(tables);
        this.#adagrad.step(input.ids, rowGradients, { learningRate, held: heldBits });
        return loss;
      }
      const { loss, rowSteps } = await this.#network.trainStep(input, batch.labels, learningRate);
      if (heldBits) subtractStepsUnlessHeld(tables, input.ids, rowSteps, heldBits);
      else subtractSteps(tables, input.ids, rowSteps);
      return loss;
    });
  }

  /**
   * What a training with Adagrad needs, besides the parameters, to be continued: the accumulator of each parameter under the
   * parameter's name and `.sum`, for a table (rows), for a weight or bias of its shape. Empty if there was no such step.
   * The tables' are the model's own arrays, by reference; the others are copies.
   */
  optimizerState(): StateDict {
    this.#expectOpen();
    const sums = this.#network.adagradSums();
    if (!this.#adagrad || !sums) return {};
    const ofTables = this.#adagrad.sums.map((data, table): [string, Tensor] => [
      tableName(table),
      { data, shape: [data.length] },
    ]);
    return Object.fromEntries(
      [...ofTables, ...Object.entries(sums)].map(([name, sum]) => [`${name}${sumSuffix}`, sum]),
    );
  }

  /**
   * Continues with the accumulators of an earlier `optimizerState`; the tables' are held by reference.
   *
   * @throws Error naming the first one that is missing or has another shape, or if a table is not dense
   */
  loadOptimizerState(state: StateDict): void {
    this.#expectOpen();
    const tables = this.#denseTables();
    const accumulator = (name: string, shape: readonly number[]): Tensor => {
      const found = state[`${name}${sumSuffix}`];
      if (found && found.shape.join() === shape.join()) return found;
      throw new Error(
        `${name}${sumSuffix}: expected shape (${shape.join(', ')}), found ${found ? `(${found.shape.join(', ')})` : 'no such tensor'}`,
      );
    };
    const ofTables = tables.map(({ rows }, table) => accumulator(tableName(table), [rows]).data);
    const ofLayers = Object.entries(this.#network.parameters()).map(
      ([name, { shape }]) => [name, accumulator(name, shape)] as const,
    );
    this.#adagrad = new RowWiseAdagrad(tables, ofTables);
    this.#network.setAdagradSums(Object.fromEntries(ofLayers));
  }

  /**
   * The mean loss of a batch and its gradient with respect to every parameter, including tables as dense arrays, for checks
   * and experiments on models of moderate size. The model is not changed.
   */
  gradients(batch: LabelledBatch): Promise<{
    /** The mean loss of the batch. */
    loss: number;
    /** With the names and shapes of the parameters. */
    gradients: StateDict;
  }> {
    return this.#nextWithoutHooks('gradients', async () => {
      const input = this.#checked(batch);
      const { loss, parameters, rows } = await this.#network.gradients(input, batch.labels);
      const tables = this.config.tableRows.map((count) => {
        const shape = [count, this.config.embeddingDim];
        return new DenseTable({ data: new Float32Array(count * this.config.embeddingDim), shape });
      });
      subtractSteps(
        tables,
        input.ids,
        rows.map((value) => -value),
      );
      const gradients: StateDict = {};
      tables.forEach(({ data, rows: count, dim }, index) => {
        gradients[tableName(index)] = { data, shape: [count, dim] };
      });
      return { loss, gradients: Object.assign(gradients, parameters) };
    });
  }

  /**
   * The probabilities, and the gradient of each example's logit (the output before the sigmoid) with respect to its
   * looked-up embedding rows. Tables may be compressed; the model is not changed.
   *
   * @throws Error if the batch does not fit the model
   */
  rowGradients(batch: DlrmBatch): Promise<{
    /** (n) */
    probabilities: Float32Array;
    /** (n, tables, embeddingDim) */
    rows: Float32Array;
  }> {
    return this.#nextWithoutHooks('rowGradients', () => this.#network.rowGradients(this.#checked(batch)));
  }

  /**
   * The input of a layer, and the gradient of each example's logit (the output before the sigmoid) w.r.t. it: how much the
   * output changes with an activation. Tables may be compressed; the model stays as it is.
   *
   * @param layer one of `layerNames`, such as `top_l.0`, which takes z
   * @throws Error if there is no such layer, or the batch does not fit the model
   */
  layerGradients(
    batch: DlrmBatch,
    layer: string,
  ): Promise<{
    /** (n) */
    probabilities: Float32Array;
    /** The layer's input, (n, inputs of the layer). */
    inputs: Float32Array;
    /** (n, inputs of the layer) */
    gradients: Float32Array;
  }> {
    return this.#nextWithoutHooks('layerGradients', async () => {
      if (!this.layerNames.includes(layer)) {
        throw new Error(`no layer "${layer}"; the model has ${this.layerNames.join(', ')}`);
      }
      const input = this.#checked(batch);
      const inputs =
        layer === this.layerNames[0] ? batch.dense : await this.#network.forward(input, { to: layer });
      const found = await this.#network.inputGradients(input, { module: layer, values: inputs });
      return { ...found, inputs };
    });
  }

  /**
   * The parameters by PyTorch's names, in PyTorch's order. Dense tables are the model's own arrays, by reference;
   * sparse ones are converted to dense; weights and biases are copies.
   */
  stateDict(): StateDict {
    this.#expectOpen();
    return this.#parameters();
  }

  /** The same with compressed tables as they are, by reference. */
  modelState(): ModelState {
    this.#expectOpen();
    return this.#parameters((table) => (table instanceof DenseTable ? undefined : table));
  }

  /** Writes a checkpoint atomically; the file extension determines the format (`saveCheckpoint`). */
  save(path: string): Promise<void> {
    return this.#next(() => saveCheckpoint(path, this.#parameters(), { metadata: this.metadata }));
  }

  /** Frees the engine's memory. The model cannot be used afterwards; a second call does nothing. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#lastCall;
    await this.#network.dispose();
  }

  async #next<Result>(run: () => Promise<Result>): Promise<Result> {
    this.#expectOpen();
    const call = this.#lastCall.then(run);
    this.#lastCall = call.catch(() => undefined);
    return call;
  }

  /** Runs a computation that would bypass hooks; an error if there are any. */
  #nextWithoutHooks<Result>(what: string, run: () => Promise<Result>): Promise<Result> {
    return this.#next(async () => {
      const [hooked] = this.hookedLayers;
      if (hooked !== undefined) {
        throw new Error(`${what} does not call hooks, but layer "${hooked}" has one; remove it first`);
      }
      return run();
    });
  }

  #parameters(): StateDict;
  #parameters(asItIs: (table: EmbeddingTable) => EmbeddingTable | undefined): ModelState;
  #parameters(asItIs?: (table: EmbeddingTable) => EmbeddingTable | undefined): ModelState {
    const state: ModelState = {};
    this.#tables.forEach((table, index) => {
      state[tableName(index)] = asItIs?.(table) ?? { data: table.toDense(), shape: [table.rows, table.dim] };
    });
    Object.assign(state, this.#network.parameters());
    const { keptFeatures } = this.config;
    if (keptFeatures) state[keptFeaturesName] = keptFeaturesTensor(keptFeatures);
    return state;
  }

  #expectOpen(): void {
    if (this.#disposed) throw new Error('this model has been disposed');
  }

  #checked(batch: DlrmBatch | LabelledBatch): NetworkInput {
    const size = checkBatch(this.config, batch);
    return { size, dense: batch.dense, ids: batch.sparse, tables: this.#tables };
  }

  /** The tables for training, each with its own values. */
  #denseTables(): readonly DenseTable[] {
    if (this.#trainedTables) return this.#trainedTables;
    const other = this.#tables.findIndex((table) => !(table instanceof DenseTable));
    if (other >= 0)
      throw new Error(`${tableName(other)}: training needs a dense table, found a compressed one`);
    this.#trainedTables = withOwnValues(this.#tables as readonly DenseTable[]);
    this.#tables = this.#trainedTables;
    return this.#trainedTables;
  }
}

/**
 * The number of examples in the input of a module.
 *
 * @throws Error if the values are not a whole number of rows, or not one row for each example of the batch
 */
function rowsOf(values: Float32Array, { name, inputs }: Module, size: number | undefined): number {
  const found = values.length / inputs;
  if (size !== undefined && found !== size) {
    throw new Error(
      `${name}: expected ${size * inputs} input values (${size}, ${inputs}), found ${values.length}`,
    );
  }
  if (!Number.isInteger(found) || found === 0) {
    throw new Error(
      `${name}: expected a multiple of ${inputs} input values (n, ${inputs}), found ${values.length}`,
    );
  }
  return found;
}
