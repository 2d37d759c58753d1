export { runMetricsBenchmark } from './run-metrics-benchmark.js';
export type { SparseModelMetrics } from './metrics-columns.js';
