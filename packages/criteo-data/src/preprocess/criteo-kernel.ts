import { kernelModuleBase64 } from './kernel-module.js';

/** The functions of ../../assembly, where they are described; all arguments are addresses or numbers. */
export interface CriteoKernel {
  heapStart(): number;
  countLines(text: number, end: number): number;
  parseRows(text: number, rows: number, categories: number, integers: number, labels: number): number;
  numberValues(values: number, count: number, distinct: number, slots: number): number;
  gatherFloats(numbers: number, rows: number, table: number, floats: number): void;
  deflateFloats(
    numbers: number,
    rows: number,
    table: number,
    distinct: number,
    scratch: number,
    output: number,
  ): number;
  deflateIntegers(elements: number, count: number, tokens: number, output: number): number;
}

const pageSize = 1 << 16;
const memory = new WebAssembly.Memory({ initial: 1 });
let instance: CriteoKernel | undefined;
let top = 0;

/** The kernel of this thread, with all of its memory free again. */
export function criteoKernel(): CriteoKernel {
  instance ??= new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(kernelModuleBase64, 'base64')), {
    env: { memory },
  }).exports as unknown as CriteoKernel;
  top = instance.heapStart();
  return instance;
}

/** Address of that many bytes of the kernel's memory, at a multiple of 16; what is in them is left over. */
export function allocate(bytes: number): number {
  const address = Math.ceil(top / 16) * 16;
  top = address + bytes;
  const missing = Math.ceil(top / pageSize) - memory.buffer.byteLength / pageSize;
  if (missing > 0) memory.grow(missing);
  return address;
}

/** The kernel's memory at an address. A view is good until the next `allocate`. */
export const bytesAt = (address: number, length: number) => new Uint8Array(memory.buffer, address, length);
export const integersAt = (address: number, length: number) => new Int32Array(memory.buffer, address, length);
export const floatsAt = (address: number, length: number) => new Float64Array(memory.buffer, address, length);
