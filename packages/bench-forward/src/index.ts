export { runForwardBenchmark } from './run-forward-benchmark.js';
export { SparseDlrm } from './sparse-dlrm.js';
export type { DlrmType, ForwardTime } from './forward-columns.js';
