import { kernelModuleBase64 } from './kernel-module.js';

/** The functions of ../../assembly, described there; all arguments are addresses or numbers. */
export interface CriteoKernel {
  heapStart(): number;
  paddingBytes(): number;
  countLines(text: number, end: number): number;
  separatorBytes(): number;
  parseRows(
    text: number,
    end: number,
    rows: number,
    categories: number,
    integers: number,
    labels: number,
    separators: number,
  ): number;
  numberValues(values: number, count: number, distinct: number, slots: number): number;
  deflateFloats(
    numbers: number,
    rows: number,
    table: number,
    distinct: number,
    floats: number,
    scratch: number,
    output: number,
  ): number;
  deflateIntegers(elements: number, count: number, tokens: number, output: number): number;
}

const pageSize = 1 << 16;
let compiled: WebAssembly.Module | undefined;
let instance: CriteoKernel | undefined;
let memory: WebAssembly.Memory | undefined;
let top = 0;

/** The kernel of this thread; frees all of its memory. */
export function criteoKernel(): CriteoKernel {
  compiled ??= new WebAssembly.Module(Buffer.from(kernelModuleBase64, 'base64'));
  instance ??= new WebAssembly.Instance(compiled, { env: { memory: kernelMemory() } })
    .exports as unknown as CriteoKernel;
  top = instance.heapStart();
  return instance;
}

/** Releases the kernel's memory, which cannot shrink, to the system; the next use starts with a new one. */
export function dropKernelMemory(): void {
  instance = undefined;
  memory = undefined;
}

function kernelMemory(): WebAssembly.Memory {
  return (memory ??= new WebAssembly.Memory({ initial: 1 }));
}

/** Allocates uninitialised bytes of the kernel's memory, aligned to 16 bytes, and returns their address. */
export function allocate(bytes: number): number {
  const address = Math.ceil(top / 16) * 16;
  top = address + bytes;
  const missing = Math.ceil(top / pageSize) - kernelMemory().buffer.byteLength / pageSize;
  if (missing > 0) kernelMemory().grow(missing);
  return address;
}

/** The kernel's memory at an address. A view is valid until the next `allocate`. */
export const bytesAt = (address: number, length: number) =>
  new Uint8Array(kernelMemory().buffer, address, length);
export const integersAt = (address: number, length: number) =>
  new Int32Array(kernelMemory().buffer, address, length);
export const floatsAt = (address: number, length: number) =>
  new Float64Array(kernelMemory().buffer, address, length);
