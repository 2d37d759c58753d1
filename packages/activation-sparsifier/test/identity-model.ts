import type { ForwardPreHook, HookedModel, Tensor } from '@ds/activation-sparsifier';

/** Layers side by side that give out what enters them, as PyTorch's Identity does. */
export class IdentityModel implements HookedModel {
  readonly layerNames: readonly string[];
  readonly #hooks = new Map<string, Set<ForwardPreHook>>();

  constructor(layerNames: readonly string[]) {
    this.layerNames = layerNames;
  }

  registerForwardPreHook(layerName: string, hook: ForwardPreHook): { remove(): void } {
    const hooks = this.#hooks.get(layerName) ?? new Set();
    this.#hooks.set(layerName, hooks.add(hook));
    return { remove: () => hooks.delete(hook) };
  }

  /** The number of hooks on a layer. */
  hooksOf(layerName: string): number {
    return this.#hooks.get(layerName)?.size ?? 0;
  }

  /** What comes out of a layer. */
  enter(layerName: string, input: Tensor): Tensor {
    let output = input;
    for (const hook of this.#hooks.get(layerName) ?? []) output = hook(output) ?? output;
    return output;
  }

  forward(inputs: Record<string, Tensor>): Record<string, Tensor> {
    return Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, this.enter(name, input)]));
  }
}
