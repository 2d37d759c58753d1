import type { StateDict } from './state-dict.js';
import { isEmbeddingTable } from './embedding-table-names.js';
import { openCheckpoint } from './open-checkpoint.js';

/**
 * Reads a state dict: `.ckpt`, `.pt` or `.pth` (torch.save of PyTorch 1.6 or later, pickle protocols 2 to 5),
 * `.safetensors`, `.npz`, or a `.zip` that holds exactly one of these. float16, bfloat16 and float64 become
 * float32; views become contiguous. Nothing in a file is ever executed: a pickle may only describe tensors.
 * Takes about as much memory as the tensors; sparse tables (`saveSparseCheckpoint`) become dense ones.
 *
 * In what torch.save wrote, the state dict is the one under `state_dict`, `model_state_dict` or `model`, else
 * all tensors, with the names of nested dicts joined by dots. Tensors that show the same elements of one
 * storage (tied weights) share one array.
 *
 * @throws Error naming the file, and the tensor or field that is wrong.
 */
export async function loadCheckpoint(
  path: string,
  {
    shared = false,
  }: {
    /** Puts the embedding tables over SharedArrayBuffers, which threads can share. Default: false. */
    shared?: boolean;
  } = {},
): Promise<StateDict> {
  const checkpoint = await openCheckpoint(path);
  try {
    const isShared = shared ? isEmbeddingTable : () => false;
    return await checkpoint.format.read(checkpoint.content, { isShared });
  } finally {
    await checkpoint.close();
  }
}
