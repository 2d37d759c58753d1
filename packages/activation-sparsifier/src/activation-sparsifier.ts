import type { HookedModel } from './hooked-model.js';
import {
  checkLayerConfig,
  mergeOptions,
  type LayerConfig,
  type LayerDefaults,
  type LayerOptions,
} from './layer-config.js';
import { SparsifiedLayer, type HookState } from './sparsified-layer.js';
import { layerFromState, partsAsGiven, stateOf, type ActivationSparsifierState } from './sparsifier-state.js';
import { checkTensor, type Tensor } from './tensor.js';

/** The defaults of all layers. */
export interface ActivationSparsifierOptions<
  Config extends object = Record<string, unknown>,
> extends LayerOptions<Config> {
  /** Takes what the sparsifier warns of; default `console.warn`. */
  onWarning?: ((message: string) => void) | undefined;
}

/**
 * Sparsifies what enters the layers of a model. A hook on each registered layer aggregates its input over batches;
 * `step` makes of that a mask, maskFn(reduceFn(aggregate), sparseConfig); `squashMask` puts a hook in its place that
 * multiplies the input by the mask. After PyTorch's
 * torch/ao/pruning/_experimental/activation_sparsifier/activation_sparsifier.py.
 */
export class ActivationSparsifier<Config extends object = Record<string, unknown>> {
  /** The model whose layers are sparsified. */
  readonly model: HookedModel;
  #defaults: LayerDefaults;
  readonly #layers = new Map<string, SparsifiedLayer>();
  readonly #warn: (message: string) => void;

  /** @throws Error naming an option that is unknown */
  constructor(model: HookedModel, options: ActivationSparsifierOptions<Config> = {}) {
    const { onWarning = (message) => console.warn(message), ...defaults } = options;
    this.model = model;
    this.#warn = onWarning;
    this.#defaults = mergeOptions(undefined, defaults);
  }

  /** What a layer's configuration takes where its registration says nothing else. */
  get defaults(): LayerDefaults {
    return this.#defaults;
  }

  /** The registered layers, in the order of their registration. */
  get names(): string[] {
    return [...this.#layers.keys()];
  }

  /**
   * Registers a layer: from now on its input is aggregated. A layer that is registered already is registered anew,
   * with a warning; its mask and data are gone.
   *
   * @param name The layer's name in the model.
   * @throws Error naming the layer when the model has none of that name, or its configuration makes no sense
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
      this.#warn(`layer "${name}" was registered before and is registered anew`);
      this.unregisterLayer(name);
    }
    this.#layers.set(name, new SparsifiedLayer(config));
    this.#attachHook(name);
    return this;
  }

  /**
   * Takes the sparsifier off a layer; mask and data are gone.
   *
   * @throws Error when the layer is not registered
   */
  unregisterLayer(name: string): void {
    this.#layerOf(name).hook?.remove();
    this.#layers.delete(name);
  }

  /**
   * Makes the masks of all layers anew from what their inputs aggregated to since the last step, and drops that.
   *
   * @throws Error naming a layer that has aggregated nothing since, whose mask is squashed, or whose functions fail
   *   or give what does not fit its input; no mask is changed then
   */
  step(): void {
    const masks = [...this.#layers].map(([name, layer]) =>
      ofLayer(name, () => {
        if (layer.hookState !== 'aggregate')
          throw new Error('its mask is squashed, a step comes before that');
        if (!layer.data)
          throw new Error('nothing is aggregated since the last step; the model must see a batch first');
        return layer.newMasks(layer.data);
      }),
    );
    [...this.#layers.values()].forEach((layer, index) => {
      // In place, so that masks that were handed out change too.
      masks[index]!.forEach((mask, part) => Object.assign(layer.mask![part]!, mask));
      layer.data = undefined;
    });
  }

  /**
   * The mask of a layer, live until the first batch after a step: 1 keeps, 0 prunes. A list of them, one for each
   * feature, where the layer has features. After a batch and before `step` it keeps all, in the shape of the input.
   *
   * @throws Error when the layer is not registered, or has seen no batch, so that its shape is unknown
   */
  getMask(name: string): Tensor | Tensor[] {
    const { mask, config } = this.#layerOf(name);
    if (!mask)
      throw new Error(`layer "${name}": its mask has no shape yet; the model must see a batch first`);
    return partsAsGiven(mask, config);
  }

  /**
   * What the input of a layer has aggregated to since the last step; a list where it has features; undefined when
   * there was no batch.
   *
   * @throws Error when the layer is not registered
   */
  getData(name: string): Tensor | Tensor[] | undefined {
    const { data, config } = this.#layerOf(name);
    return data && partsAsGiven(data, config);
  }

  /**
   * The configuration of a layer.
   *
   * @throws Error when the layer is not registered
   */
  getConfig(name: string): LayerConfig {
    return this.#layerOf(name).config;
  }

  /**
   * What the hook of a layer does.
   *
   * @throws Error when the layer is not registered
   */
  getHookState(name: string): HookState {
    return this.#layerOf(name).hookState;
  }

  /**
   * Ends the aggregation in all layers; from now on their input is multiplied by their mask. What was aggregated
   * since the last step is dropped. A second call with another `attachSparsifyHook` takes the hooks off, or on again.
   *
   * @throws Error naming a layer that has no mask, because it has seen no batch; nothing is changed then
   */
  squashMask({
    attachSparsifyHook = true,
  }: {
    /** False only ends the aggregation: the input is left as it is. Default true. */
    attachSparsifyHook?: boolean;
  } = {}): void {
    if (attachSparsifyHook) for (const name of this.names) this.getMask(name);
    for (const [name, layer] of this.#layers) {
      layer.hookState = attachSparsifyHook ? 'sparsify' : 'none';
      layer.data = undefined;
      this.#attachHook(name);
    }
  }

  /** The whole state: masks sparse, tensors copied, functions by reference. */
  stateDict(): ActivationSparsifierState {
    return stateOf(this.#layers, this.#defaults);
  }

  /**
   * Takes over a state that `stateDict` returned, in place of all layers of before, and attaches the hooks.
   *
   * @throws Error naming a layer that the model has not, or whose state does not fit together; nothing is changed then
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
      throw new Error(`layer "${name}": not registered; there is ${this.names.join(', ') || 'none'}`);
    return layer;
  }
}

/** Runs what concerns one layer; an error says which. */
function ofLayer<Result>(name: string, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`layer "${name}": ${message}`, { cause: error });
  }
}
