/**
 * Measures how dropping activations of a DLRM changes its quality and the time of its forward pass.
 *
 * @module @ds/bench-activations
 */
export { defaultActivationLevels, runActivationsBenchmark } from './run-activations-benchmark.js';
export type { SparseActivations } from './activation-sparsity.js';
export type { ActivationVariant } from '@ds/bench-models';
