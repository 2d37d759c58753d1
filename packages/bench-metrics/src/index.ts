export { runMetricsBenchmark } from './run-metrics-benchmark.js';
export type { SparseModelMetrics } from './model-quality.js';
