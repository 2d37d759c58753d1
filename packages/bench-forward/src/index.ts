/**
 * Measures how pruning the embedding tables of a DLRM changes the time of its forward pass.
 *
 * @module @ds/bench-forward
 */
export { runForwardBenchmark } from './run-forward-benchmark.js';
export { SparseDlrm } from './sparse-dlrm.js';
export type { ForwardTime } from './forward-time.js';
export type { DlrmType } from '@ds/bench-models';
