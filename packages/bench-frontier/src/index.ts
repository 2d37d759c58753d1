/**
 * Measures how small the embedding tables of a DLRM can get for a loss of AUC: every compression method at every memory ratio.
 *
 * @module @ds/bench-frontier
 */
export { runFrontierBenchmark, type FrontierResult } from './run-frontier-benchmark.js';
