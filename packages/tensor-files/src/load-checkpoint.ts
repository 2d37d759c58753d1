import { openZip } from '@ds/files';
import type { StateDict } from './state-dict.js';
import { archiveContent, checkStart, formatTitles, type OpenCheckpoint } from './checkpoint-format.js';
import { isEmbeddingTable } from './embedding-table-names.js';
import { readNpzCheckpoint } from './npz/npz-checkpoint.js';
import { openCheckpoint } from './open-checkpoint.js';
import { readSafetensors } from './safetensors/read-safetensors.js';
import { readTorchCheckpoint } from './torch/read-torch-checkpoint.js';

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
    return await readCheckpoint(checkpoint, { isShared: shared ? isEmbeddingTable : () => false });
  } finally {
    await checkpoint.close();
  }
}

/** Reads a state dict from an open checkpoint. Throws as `loadCheckpoint` does. */
export async function readCheckpoint(
  { format, source, path }: OpenCheckpoint,
  options: {
    /** Whether the tensor of this name goes over a SharedArrayBuffer. */
    isShared: (name: string) => boolean;
    /** Leaves tensors where they lie in an inflated file, whose other bytes stay in memory with them. Default: false. */
    inPlace?: boolean;
  },
): Promise<StateDict> {
  const title = formatTitles[format];
  if (format === 'safetensors') {
    await checkStart(source, 'safetensors', title);
    return readSafetensors(source, options);
  }
  await checkStart(source, 'zip', title);
  const zip = await openZip(source);
  const content = archiveContent(zip);
  if (content !== format) {
    const found = content === 'other' ? 'a zip archive of something else' : formatTitles[content];
    throw new Error(`${source.name}: expected ${title}, found ${found}`);
  }
  return format === 'ckpt'
    ? readTorchCheckpoint(zip, options)
    : readNpzCheckpoint(path, { ...options, name: source.name });
}
