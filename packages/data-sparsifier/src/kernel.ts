import { kernelModuleBase64 } from './kernel-module.js';

/** The interface of `WebAssembly.Memory`; TypeScript knows that name only with the types of a browser or of Node. */
export interface LinearMemory {
  /** Its current bytes; `grow` replaces the buffer. */
  readonly buffer: ArrayBuffer;
  /** Adds pages of 64 KiB. */
  grow(pages: number): number;
}

/** Bytes at the start of a memory that are reserved for the kernel. */
export const reservedBytes = 4096;

let compiled: WebAssembly.Module | undefined;

/**
 * The functions of ../assembly, instantiated on a memory.
 *
 * @throws Error if WebAssembly is missing or not allowed.
 */
export function kernelOn<Functions>(memory: LinearMemory): Functions {
  compiled ??= new WebAssembly.Module(
    Uint8Array.from(atob(kernelModuleBase64), (letter) => letter.charCodeAt(0)),
  );
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory: memory as WebAssembly.Memory } });
  return exports as Functions;
}
