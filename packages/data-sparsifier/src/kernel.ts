import { kernelModuleBase64 } from './kernel-module.js';

/** A `WebAssembly.Memory`, by its shape: TypeScript knows that name only with the types of a browser or of Node. */
export interface LinearMemory {
  /** Its bytes now; another buffer after `grow`. */
  readonly buffer: ArrayBuffer;
  /** Adds pages of 64 KiB. */
  grow(pages: number): number;
}

/** Bytes of a memory that the kernel keeps for itself, at its start. */
export const reservedBytes = 4096;

let compiled: WebAssembly.Module | undefined;

/**
 * The functions of ../assembly on a memory.
 *
 * @throws Error where WebAssembly is absent or not allowed.
 */
export function kernelOn<Functions>(memory: LinearMemory): Functions {
  compiled ??= new WebAssembly.Module(
    Uint8Array.from(atob(kernelModuleBase64), (letter) => letter.charCodeAt(0)),
  );
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory: memory as WebAssembly.Memory } });
  return exports as Functions;
}
