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
import { forwardThroughHooks } from './forward-through-hooks.js';
import { initialStateDict } from './initialise.js';
import { keptFeaturesName, keptFeaturesTensor } from './kept-features.js';
import { isAmbiguous } from './interactions/interactions.js';
import { LayerHooks } from './layer-hooks.js';
import { flagsFrom, flagsMetadata, mergedFlags, type ModelFlags } from './model-flags.js';
import { modulesOf } from './modules.js';
import { modulesBetween, type Module } from '../../network/module.js';
import { DenseTable, subtractSteps } from '../../tables/dense-table.js';

const noValues = new Float32Array(0);
const noIds = new Int32Array(0);

/** How a model is run. */
export interface DlrmOptions extends ModelFlags {
  /** What computes the dense network; default `auto`. */
  engine?: EngineChoice;
  /** Threads that compute at once on `onnx:cpu`; default: the available processors. */
  threads?: number;
  /** What its checkpoint says beside the tensors; `save` writes it again. Default: nothing, or what `load` read. */
  metadata?: CheckpointMetadata | undefined;
}

/**
 * The deep learning recommendation model (Naumov et al. 2019, https://arxiv.org/abs/1906.00091), as
 * facebookresearch/dlrm trains it on Criteo's data.
 *
 * The embedding tables are arrays in memory; the dense network lives on an engine. Calls may overlap: they
 * run one after another, in the order they were made.
 */
export class Dlrm implements HookedModel {
  /** The sizes of the model. */
  readonly config: DlrmConfig;
  /** What computes the dense network, and why that was chosen. */
  readonly engine: EngineDescription;
  /** What its checkpoint says beside the tensors, such as which ids its tables are for. */
  readonly metadata: CheckpointMetadata;
  readonly #tables: readonly EmbeddingTable[];
  readonly #network: Network;
  readonly #hooks: LayerHooks;
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
   * A new model with random parameters; the same seed gives the same ones.
   *
   * @throws Error when the config's sizes do not fit each other
   */
  static async create(
    config: DlrmConfig,
    {
      seed,
      ...options
    }: {
      /** Whole number that the initial parameters are drawn from. */
      seed: number;
    } & DlrmOptions,
  ): Promise<Dlrm> {
    checkConfig(config);
    return Dlrm.#open(config, initialStateDict(config, new RandomStream(seed)), options);
  }

  /**
   * The model of a checkpoint file (`loadCheckpoint` lists the formats). Sparse tables stay sparse.
   *
   * @throws Error naming the file and the key when a tensor is missing, unknown or has an unfitting shape
   */
  static async load(
    path: string,
    {
      onNote,
      ...options
    }: DlrmOptions & {
      /** Called with what was done to the names of the tensors, a line each. */
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
   * The model with these parameters. Tables are held by reference, never copied: training changes them in
   * place. The layers' weights and biases are copied. A table may also be a sparse or quantised one, and the names those
   * of TorchRec's DLRM or of facebookresearch/dlrm's `--qr-flag`, `--md-flag` and `--weighted-pooling=learned`.
   *
   * @throws Error naming the key when a tensor is missing, unknown or has an unfitting shape
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
    return new Dlrm({ config, engine: description, metadata, tables, network });
  }

  /**
   * The parts of the forward pass in their order, for `forwardBetween`: the layers and their activations by PyTorch's
   * names, `bot_l.0`, `bot_l.1` ... `top_l.5`, and between the MLPs `interaction`.
   */
  get moduleNames(): readonly string[] {
    return modulesOf(this.config).map(({ name }) => name);
  }

  /** The layers that take hooks, by PyTorch's names: `bot_l.0`, `bot_l.2` ... `top_l.0`, which takes z, and on. */
  get layerNames(): readonly string[] {
    return layerNames(this.config);
  }

  /** Those that have a hook now, in the same order. */
  get hookedLayers(): readonly string[] {
    return this.#hooks.hookedLayers;
  }

  /**
   * From now on `forward`, on any engine, calls the hook with what enters a layer, (n, inputs of the layer), and goes
   * on with what it returns, if anything. An `ActivationSparsifier` of `@ds/activation-sparsifier` does so.
   * While there are hooks, `forward` alone can be called: what else computes would pass them by.
   *
   * @throws Error naming the layer when there is none of that name
   */
  registerForwardPreHook(layerName: string, hook: ForwardPreHook): HookHandle {
    return this.#hooks.add(layerName, hook);
  }

  /**
   * The probability of a click for each example (n).
   *
   * @throws Error when the batch does not fit the model (table, example, id and rows are named)
   */
  forward(batch: DlrmBatch): Promise<Float32Array> {
    return this.#next(async () => {
      const input = this.#checked(batch);
      if (this.hookedLayers.length === 0) return this.#network.forward(input);
      return forwardThroughHooks({ config: this.config, network: this.#network, hooks: this.#hooks, input });
    });
  }

  /**
   * A section of the forward pass, for what replaces or shares a part of it. The modules are those of `moduleNames`:
   *
   * - `{ batch, to: 'interaction' }`: the bottom MLP's output (n, embeddingDim), which models that differ in their
   *   tables alone can share; `{ batch, from: { module: 'interaction', values } }` goes on with it
   * - `{ batch, to: 'top_l.0' }`: z, what enters the top MLP (n, topMlp[0])
   * - `{ from: { module: 'top_l.1', values } }`: the probabilities from what the first top layer gives (n, topMlp[1])
   *
   * @returns (n, width of what enters `to`), or probabilities (n)
   * @throws Error when there is no such module or it comes too early, the batch does not fit the model, the values are
   *   no whole number of rows or not as many as the batch has examples, or a layer has a hook
   */
  forwardBetween(section: {
    /** The examples; needed where the section starts at the dense features or leads through the interaction. */
    batch?: DlrmBatch;
    /** Where to start, with what enters there; default: at the first layer, with the dense features. */
    from?: {
      /** The module's name. */
      module: string;
      /** (n, width of what enters the module), row by row */
      values: Float32Array;
    };
    /** The module whose input is returned; default: the probabilities are. */
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
   * One step of stochastic gradient descent.
   *
   * @returns the mean binary cross-entropy of the batch before the step
   * @throws Error when the batch does not fit the model or a table is not dense
   */
  trainStep(
    batch: LabelledBatch,
    {
      learningRate,
    }: {
      /** What the gradient of the mean loss is multiplied by. */
      learningRate: number;
    },
  ): Promise<number> {
    return this.#nextWithoutHooks('trainStep', async () => {
      const tables = this.#denseTables();
      const input = this.#checked(batch);
      const { loss, rowSteps } = await this.#network.trainStep(input, batch.labels, learningRate);
      subtractSteps(tables, input.ids, rowSteps);
      return loss;
    });
  }

  /**
   * The mean loss of a batch and its gradient for every parameter, tables included as dense arrays: for
   * checks and experiments on models of moderate size. The model stays as it is.
   */
  gradients(batch: LabelledBatch): Promise<{
    /** The mean loss of the batch. */
    loss: number;
    /** Named and shaped as the parameters. */
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
   * The probabilities, and the gradient of each example's logit (the output before the sigmoid) to the embedding rows
   * that it looked up: how much the output changes with a row. Tables may be compressed; the model stays as it is.
   *
   * @throws Error when the batch does not fit the model
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
   * The parameters by PyTorch's names, in its order. Dense tables are the model's own arrays, by reference;
   * sparse ones are made dense; weights and biases are copies.
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

  /** Writes a checkpoint, whole or not at all; the file name's ending gives the format (`saveCheckpoint`). */
  save(path: string): Promise<void> {
    const { archInteractionOp = 'dot' } = this.config;
    const isSaid = this.config.keptFeatures ?? !isAmbiguous(this.config, vectorSizes(this.config));
    const metadata = { ...this.metadata, ...(isSaid ? {} : flagsMetadata({ archInteractionOp })) };
    return this.#next(() => saveCheckpoint(path, this.#parameters(), { metadata }));
  }

  /** Frees what the engine holds. The model cannot be used any more; a second call does nothing. */
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

  /** Runs what would pass the hooks by. */
  #nextWithoutHooks<Result>(what: string, run: () => Promise<Result>): Promise<Result> {
    return this.#next(async () => {
      const [hooked] = this.hookedLayers;
      if (hooked !== undefined) {
        throw new Error(`${what} calls no hooks, and layer "${hooked}" has one: remove it first`);
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

  #denseTables(): readonly DenseTable[] {
    const other = this.#tables.findIndex((table) => !(table instanceof DenseTable));
    if (other >= 0)
      throw new Error(`${tableName(other)}: training needs a dense table, found a compressed one`);
    return this.#tables as readonly DenseTable[];
  }
}

/**
 * The number of examples of what enters a module.
 *
 * @throws Error when the values are no whole number of rows, or another number than the batch has examples
 */
function rowsOf(values: Float32Array, { name, inputs }: Module, size: number | undefined): number {
  const found = values.length / inputs;
  if (size !== undefined && found !== size) {
    throw new Error(
      `${name}: expected ${size * inputs} values (${size}, ${inputs}) to enter, found ${values.length}`,
    );
  }
  if (!Number.isInteger(found) || found === 0) {
    throw new Error(
      `${name}: expected a multiple of ${inputs} values (n, ${inputs}) to enter, found ${values.length}`,
    );
  }
  return found;
}
