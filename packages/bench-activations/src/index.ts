/**
 * What leaving out activations of a DLRM does to its quality and to the time of its forward pass.
 *
 * @module @ds/bench-activations
 */
export { defaultActivationLevels, runActivationsBenchmark } from './run-activations-benchmark.js';
export type { SparseActivations } from './activation-sparsity.js';
export type { ActivationVariant } from '@ds/bench-models';
