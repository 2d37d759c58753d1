import type { Tensor } from './tensor.js';

/**
 * Called with what is about to enter a layer. What it returns enters in its place; nothing returned leaves the
 * input as it is. It must not write to the input, nor keep it.
 */
export type ForwardPreHook = (input: Tensor) => Tensor | undefined;

/** What undoes the registration of a hook. */
export interface HookHandle {
  /** Takes the hook off the layer; a second call does nothing. */
  remove(): void;
}

/** A model whose layers call hooks before each forward pass; a `Dlrm` of `@ds/dlrm` is one. */
export interface HookedModel {
  /** The names of the layers that take hooks, in the order in which the forward pass meets them. */
  readonly layerNames: readonly string[];
  /** From now on, every forward pass calls the hook before this layer. */
  registerForwardPreHook(layerName: string, hook: ForwardPreHook): HookHandle;
}
