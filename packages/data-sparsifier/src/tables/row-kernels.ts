import { kernelOn, type LinearMemory } from '../kernel.js';

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
  gatherMixedRows: GatherKernel;
}

/** The kernels on a memory. */
export function rowKernels(memory: LinearMemory): RowKernels {
  const kernels = kernelOn<RowKernels & { prepare(): void; prepareMixed(): void }>(memory);
  kernels.prepare();
  kernels.prepareMixed();
  return kernels;
}
