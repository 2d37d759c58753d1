/**
 * Measures what pruning the embedding tables of a DLRM costs in quality.
 *
 * @module @ds/bench-metrics
 */
export { runMetricsBenchmark } from './run-metrics-benchmark.js';
export type { SparseModelMetrics } from './model-quality.js';
