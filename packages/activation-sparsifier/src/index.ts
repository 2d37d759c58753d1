/**
 * PyTorch's activation sparsifier: masks on the inputs of a model's layers.
 *
 * @module @ds/activation-sparsifier
 */
export { ActivationSparsifier, type ActivationSparsifierOptions } from './activation-sparsifier.js';
export type { ActivationSparsifierState, LayerState, MaskState } from './sparsifier-state.js';
export type { ForwardPreHook, HookedModel, HookHandle } from './hooked-model.js';
export type {
  AggregateFunction,
  LayerConfig,
  LayerDefaults,
  LayerOptions,
  MaskFunction,
  ReduceFunction,
} from './layer-config.js';
export type { HookState } from './sparsified-layer.js';
export type { SparseTensor } from './sparse-tensor.js';
export type { Tensor } from './tensor.js';
export { addBatches, addExamples, addMagnitudes } from './functions/aggregate.js';
export { meanOverBatch } from './functions/mean-over-batch.js';
export { applyMask } from './apply-mask.js';
export { maskSmallest } from './functions/mask-smallest.js';
