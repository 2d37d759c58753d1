export { runMemoryBenchmark } from './run-memory-benchmark.js';
export type { MemoryUse } from './memory-use.js';
export type { TableType } from '@ds/bench-models';
