import type { Tensor } from './tensor.js';

/**
 * Called with the input of a layer. A returned tensor replaces the input; undefined leaves it unchanged. The hook must
 * neither write to the input nor keep it.
 */
export type ForwardPreHook = (input: Tensor) => Tensor | undefined;

/** Removes a registered hook. */
export interface HookHandle {
  /** Removes the hook from the layer; a second call does nothing. */
  remove(): void;
}

/** A model whose layers call hooks before each forward pass; a `Dlrm` of `@ds/dlrm` is one. */
export interface HookedModel {
  /** The names of the layers that accept hooks, in the order of the forward pass. */
  readonly layerNames: readonly string[];
  /** Makes every forward pass call the hook before this layer. */
  registerForwardPreHook(layerName: string, hook: ForwardPreHook): HookHandle;
}
