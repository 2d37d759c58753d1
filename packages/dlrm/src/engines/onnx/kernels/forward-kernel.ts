import type { LinearMemory } from '@ds/data-sparsifier';
import { kernelModuleBase64 } from './kernel-module.js';

/** The functions of `assembly/`: offsets in bytes, sizes in values. */
export interface ForwardKernel {
  interactFeatures(
    vectors: number,
    live: number,
    liveCount: number,
    count: number,
    dim: number,
    out: number,
    scratch: number,
  ): void;
  interactPairs(
    vectors: number,
    vectorCount: number,
    columns: number,
    columnCount: number,
    rows: number,
    rowsEnd: number,
    count: number,
    dim: number,
    out: number,
    scratch: number,
  ): void;
  hasAnyBit(start: number, bytes: number): number;
  hasNonFinite(values: number, count: number): number;
  countNonZeros(values: number, count: number): number;
  multiplyNonZeros(
    input: number,
    width: number,
    rows: number,
    count: number,
    weight: number,
    bytesOfTile: number,
    bias: number,
    outputs: number,
    out: number,
    scratch: number,
  ): void;
}

let compiled: WebAssembly.Module | undefined;

/** The kernel on a memory. */
export function forwardKernel(memory: LinearMemory): ForwardKernel {
  compiled ??= new WebAssembly.Module(Buffer.from(kernelModuleBase64, 'base64'));
  return new WebAssembly.Instance(compiled, { env: { memory: memory as WebAssembly.Memory } })
    .exports as unknown as ForwardKernel;
}
