import { kernelOn, type LinearMemory } from '../kernel.js';

/** The header of a sparse table for the kernel: sizes and byte offsets, in this order, 32 bits each. */
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

/** The header of a quantised table for the kernel. */
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
 * Gathers rows; offsets and the stride are in bytes. Returns `count`, or the index in `ids` of the first id that is not a
 * row of the table.
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
  /** Bytes of the workspace that `gatherMixedRows` needs; any values may be in it. */
  workspaceBytes(): number;
}

/** The kernels on a memory. */
export function rowKernels(memory: LinearMemory): RowKernels {
  const kernels = kernelOn<RowKernels & { prepare(): void; prepareMixed(): void }>(memory);
  kernels.prepare();
  kernels.prepareMixed();
  return kernels;
}
