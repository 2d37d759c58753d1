import { openNpy } from './open-npy.js';
import { openSafetensors } from './open-safetensors.js';
import type { TensorFile } from './tensor-file.js';

/**
 * Opens a `.safetensors` or `.npy` file.
 *
 * @throws Error naming the file, what was expected and what was found.
 */
export async function openTensorFile(file: File): Promise<TensorFile> {
  const format = /\.(safetensors|npy)$/i.exec(file.name)?.[1]?.toLowerCase();
  if (!format) throw new Error(`${file.name}: expected a .safetensors or .npy file`);
  const tensors = await (format === 'npy' ? openNpy(file) : openSafetensors(file));
  if (tensors.every(({ unfit }) => unfit)) {
    const [first] = tensors;
    throw new Error(
      `${file.name}: none of its ${tensors.length} tensors can be pruned; ${first!.name}: ${first!.unfit}`,
    );
  }
  return { file, tensors };
}
