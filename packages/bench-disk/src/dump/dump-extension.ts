import { extname } from 'node:path';

/** The format of a dense model made from a checkpoint: the checkpoint's own, if we can write that completely. */
export function dumpExtension(modelPath: string): 'ckpt' | 'safetensors' {
  return ['.safetensors', '.npz'].includes(extname(modelPath).toLowerCase()) ? 'safetensors' : 'ckpt';
}
