export { runMemoryBenchmark } from './run-memory-benchmark.js';
export type { MemoryUse } from './memory-columns.js';
export type { TableType } from './measure-model.js';
