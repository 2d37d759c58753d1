import { kernelModuleBase64 } from './kernel-module.js';

/** What the kernel reads of a table: sizes and byte offsets, in this order, 32 bits each. */
export const headerFields = [
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

/** Offsets are in bytes from the start of the memory. */
export interface SparseRowKernel {
  /** Gathers rows; returns `count`, or the place in `ids` of the first id that is no row of the table. */
  gatherSparseRows(header: number, ids: number, count: number, out: number, strideBytes: number): number;
}

let compiled: WebAssembly.Module | undefined;

/** The kernel on a memory whose first kilobyte it may use. */
export function sparseRowKernel(memory: WebAssembly.Memory): SparseRowKernel {
  compiled ??= new WebAssembly.Module(
    Uint8Array.from(atob(kernelModuleBase64), (letter) => letter.charCodeAt(0)),
  );
  const exports = new WebAssembly.Instance(compiled, { env: { memory } })
    .exports as unknown as SparseRowKernel & {
    prepare(): void;
  };
  exports.prepare();
  return exports;
}
