import type { HookedModel } from './hooked-model.js';
import {
  checkLayerConfig,
  mergeOptions,
  type LayerConfig,
  type LayerDefaults,
  type LayerOptions,
} from './layer-config.js';
import { SparsifiedLayer, type HookState } from './sparsified-layer.js';
import { layerFromState, listOrSingle, stateOf, type ActivationSparsifierState } from './sparsifier-state.js';
import { checkTensor, type Tensor } from './tensor.js';

/** The defaults of all layers. */
export interface ActivationSparsifierOptions<
  Config extends object = Record<string, unknown>,
> extends LayerOptions<Config> {
  /** Receives warnings; default `console.warn`. */
  onWarning?: ((message: string) => void) | undefined;
}

/**
 * Sparsifies the inputs of a model's layers. A hook on each registered layer aggregates its input over batches; `step`
 * computes a mask from it, maskFn(reduceFn(aggregate), sparseConfig); `squashMask` replaces the hook by one that
 * multiplies the input by the mask. After PyTorch's
 * torch/ao/pruning/_experimental/activation_sparsifier/activation_sparsifier.py.
 */
export class ActivationSparsifier<Config extends object = Record<string, unknown>> {
  /** The model whose layers are sparsified. */
  readonly model: HookedModel;
  #defaults: LayerDefaults;
  readonly #layers = new Map<string, SparsifiedLayer>();
  readonly #warn: (message: string) => void;

  /** @throws Error naming an unknown option */
  constructor(model: HookedModel, options: ActivationSparsifierOptions<Config> = {}) {
    const { onWarning = (message) => console.warn(message), ...defaults } = options;
    this.model = model;
    this.#warn = onWarning;
    this.#defaults = mergeOptions(undefined, defaults);
  }

  /** The defaults for the configuration of layers. */
  get defaults(): LayerDefaults {
    return this.#defaults;
  }

  /** The registered layers, in the order of their registration. */
  get names(): string[] {
    return [...this.#layers.keys()];
  }

  /**
   * Registers a layer and starts to aggregate its input. A registered layer is registered again, with a warning, and loses
   * its mask and data.
   *
   * @param name The layer's name in the model.
   * @throws Error naming the layer if the model does not have it, or if its configuration is invalid
   */
  registerLayer<LayersConfig extends object = Config>(
    name: string,
    options: LayerOptions<LayersConfig> = {},
  ): this {
    if (!this.model.layerNames.includes(name)) {
      throw new Error(`layer "${name}": not in the model, which has ${this.model.layerNames.join(', ')}`);
    }
    const config = ofLayer(name, () => {
      const merged = mergeOptions(this.#defaults, options);
      checkLayerConfig(merged);
      return merged;
    });
    if (this.#layers.has(name)) {
      this.#warn(`layer "${name}" is already registered and is registered again`);
      this.unregisterLayer(name);
    }
    this.#layers.set(name, new SparsifiedLayer(config));
    this.#attachHook(name);
    return this;
  }

  /**
   * Removes the sparsifier from a layer, with the layer's mask and data.
   *
   * @throws Error if the layer is not registered
   */
  unregisterLayer(name: string): void {
    this.#layerOf(name).hook?.remove();
    this.#layers.delete(name);
  }

  /**
   * Recomputes the masks of all layers from the inputs aggregated since the last step, and drops the aggregates.
   *
   * @throws Error naming a layer that has aggregated nothing since, whose mask is squashed, or whose functions fail
   *   or return something that does not fit its input; then no mask is changed
   */
  step(): void {
    const masks = [...this.#layers].map(([name, layer]) =>
      ofLayer(name, () => {
        if (layer.hookState !== 'aggregate')
          throw new Error('its mask is already squashed; step must come first');
        if (!layer.data)
          throw new Error(
            'nothing has been aggregated since the last step; the model must see a batch first',
          );
        return layer.newMasks(layer.data);
      }),
    );
    [...this.#layers.values()].forEach((layer, index) => {
      // In place, so that masks returned earlier change too.
      masks[index]!.forEach((mask, part) => Object.assign(layer.mask![part]!, mask));
      layer.data = undefined;
    });
  }

  /**
   * The mask of a layer, live until the first batch after a step: 1 keeps, 0 prunes. For a layer with features, a list of
   * masks, one for each feature. Between a batch and `step`, the mask keeps everything and has the shape of the input.
   *
   * @throws Error if the layer is not registered, or has seen no batch, so that its shape is unknown
   */
  getMask(name: string): Tensor | Tensor[] {
    const { mask, config } = this.#layerOf(name);
    if (!mask)
      throw new Error(`layer "${name}": its mask has no shape yet; the model must see a batch first`);
    return listOrSingle(mask, config);
  }

  /**
   * The aggregated input of a layer since the last step; a list if it has features; undefined if there was no batch.
   *
   * @throws Error if the layer is not registered
   */
  getData(name: string): Tensor | Tensor[] | undefined {
    const { data, config } = this.#layerOf(name);
    return data && listOrSingle(data, config);
  }

  /**
   * The configuration of a layer.
   *
   * @throws Error if the layer is not registered
   */
  getConfig(name: string): LayerConfig {
    return this.#layerOf(name).config;
  }

  /**
   * What the hook of a layer does.
   *
   * @throws Error if the layer is not registered
   */
  getHookState(name: string): HookState {
    return this.#layerOf(name).hookState;
  }

  /**
   * Ends the aggregation in all layers and starts to multiply their inputs by their masks. The aggregates since the last
   * step are dropped. A second call with another `attachSparsifyHook` removes the hooks, or adds them again.
   *
   * @throws Error naming a layer that has no mask because it has seen no batch; then nothing is changed
   */
  squashMask({
    attachSparsifyHook = true,
  }: {
    /** False only ends the aggregation and leaves the inputs unchanged. Default true. */
    attachSparsifyHook?: boolean;
  } = {}): void {
    if (attachSparsifyHook) for (const name of this.names) this.getMask(name);
    for (const [name, layer] of this.#layers) {
      layer.hookState = attachSparsifyHook ? 'sparsify' : 'none';
      layer.data = undefined;
      this.#attachHook(name);
    }
  }

  /** The whole state, with sparse masks, copies of the tensors and references to the functions. */
  stateDict(): ActivationSparsifierState {
    return stateOf(this.#layers, this.#defaults);
  }

  /**
   * Loads a state that `stateDict` returned, replacing all layers, and attaches the hooks.
   *
   * @throws Error naming a layer that the model does not have, or whose state is inconsistent; then nothing is changed
   */
  loadStateDict(state: ActivationSparsifierState): void {
    const loaded = Object.keys(state.dataGroups).map((name) => {
      if (!this.model.layerNames.includes(name)) {
        throw new Error(`layer "${name}": not in the model, which has ${this.model.layerNames.join(', ')}`);
      }
      return [name, ofLayer(name, () => layerFromState(name, state))] as const;
    });
    for (const name of this.names) this.unregisterLayer(name);
    this.#defaults = mergeOptions(undefined, state.defaults as LayerOptions);
    for (const [name, layer] of loaded) {
      this.#layers.set(name, layer);
      this.#attachHook(name);
    }
  }

  #attachHook(name: string): void {
    const layer = this.#layerOf(name);
    layer.hook?.remove();
    layer.hook = undefined;
    if (layer.hookState === 'none') return;
    layer.hook = this.model.registerForwardPreHook(name, (input) =>
      ofLayer(name, () => {
        checkTensor('its input', input);
        if (layer.hookState === 'sparsify') return layer.sparsify(input);
        layer.aggregate(input);
        return undefined;
      }),
    );
  }

  #layerOf(name: string): SparsifiedLayer {
    const layer = this.#layers.get(name);
    if (!layer)
      throw new Error(
        `layer "${name}": not registered; registered layers: ${this.names.join(', ') || 'none'}`,
      );
    return layer;
  }
}

/** Runs a function for one layer; its errors name the layer. */
function ofLayer<Result>(name: string, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`layer "${name}": ${message}`, { cause: error });
  }
}
