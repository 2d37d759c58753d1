import type { ForwardPreHook, HookHandle, Tensor } from '@ds/activation-sparsifier';

/** The hooks on the layers of one model, each called with the input of its layer. */
export class LayerHooks {
  readonly #layerNames: readonly string[];
  readonly #hooks = new Map<string, Set<{ hook: ForwardPreHook }>>();

  /** @param layerNames the layers of the model, in the order of the forward pass */
  constructor(layerNames: readonly string[]) {
    this.#layerNames = layerNames;
  }

  /** The layers that have hooks, in the order of the forward pass. */
  get hookedLayers(): string[] {
    return this.#layerNames.filter((name) => this.#hooks.has(name));
  }

  /** @throws Error naming the layer if the model does not have it */
  add(layerName: string, hook: ForwardPreHook): HookHandle {
    if (!this.#layerNames.includes(layerName)) {
      throw new Error(`no layer "${layerName}"; the model has ${this.#layerNames.join(', ')}`);
    }
    const hooks = this.#hooks.get(layerName) ?? new Set();
    // A separate entry, so that a function can be registered twice.
    const entry = { hook };
    this.#hooks.set(layerName, hooks.add(entry));
    return {
      remove: () => {
        hooks.delete(entry);
        if (hooks.size === 0 && this.#hooks.get(layerName) === hooks) this.#hooks.delete(layerName);
      },
    };
  }

  /**
   * The input of the layer after its hooks, called in the order of registration.
   *
   * @param values (n, width)
   * @throws Error naming the layer if a hook returns another shape
   */
  apply(layerName: string, values: Float32Array, width: number): Float32Array {
    let input: Tensor = { data: values, shape: [values.length / width, width] };
    for (const { hook } of this.#hooks.get(layerName) ?? []) {
      const output = hook(input);
      if (output === undefined) continue;
      if (output.data.length !== values.length || String(output.shape) !== String(input.shape)) {
        throw new Error(
          `layer "${layerName}": a hook returned the shape (${output.shape.join(', ')}), ` +
            `expected that of its input, (${input.shape.join(', ')})`,
        );
      }
      input = output;
    }
    return input.data;
  }
}
