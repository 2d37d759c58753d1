import { kernelModuleBase64 } from './kernel-module.js';
import type { LinearMemory } from './table-memory.js';

/** What the kernel reads of a sparse table: sizes and byte offsets, in this order, 32 bits each. */
export const sparseHeaderFields = [
  'rows',
  'dim',
  'blockWidth',
  'blocksPerRow',
  'rowBits',
  'rowRanks',
  'blockBits',
  'blockRanks',
  'values',
] as const;

/** What the kernel reads of a quantised table. */
export const quantizedHeaderFields = [
  'rows',
  'dim',
  'bits',
  'halfScales',
  'rowBytes',
  'rowBits',
  'rowRanks',
  'packed',
] as const;

/**
 * Gathers rows: offsets and the stride are in bytes. Returns `count`, or the place in `ids` of the first id that
 * is no row of the table.
 */
export type GatherKernel = (
  header: number,
  ids: number,
  count: number,
  out: number,
  stride: number,
) => number;

export interface RowKernels {
  gatherSparseRows: GatherKernel;
  gatherQuantizedRows: GatherKernel;
}

let compiled: WebAssembly.Module | undefined;

/** The kernels on a memory whose first kilobyte they may use. */
export function rowKernels(memory: LinearMemory): RowKernels {
  compiled ??= new WebAssembly.Module(
    Uint8Array.from(atob(kernelModuleBase64), (letter) => letter.charCodeAt(0)),
  );
  const exports = new WebAssembly.Instance(compiled, {
    env: { memory: memory as WebAssembly.Memory },
  }).exports as unknown as RowKernels & {
    prepare(): void;
  };
  exports.prepare();
  return exports;
}
