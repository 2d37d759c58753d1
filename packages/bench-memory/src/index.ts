/**
 * What the tables of a pruned DLRM take in memory, dense and sparse, in a process that serves it.
 *
 * @module @ds/bench-memory
 */
export { runMemoryBenchmark } from './run-memory-benchmark.js';
export type { MemoryUse } from './memory-use.js';
export type { TableType } from '@ds/bench-models';
