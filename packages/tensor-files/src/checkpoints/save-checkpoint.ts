import { extname } from 'node:path';
import { writePieces, writeWhole } from '@ds/files';
import type { CheckpointMetadata } from './checkpoint-metadata.js';
import type { StateDict, Tensor, TensorInPieces } from '../state-dict.js';
import {
  checkpointExtensions,
  checkpointFormat,
  formatOfId,
  type CheckpointFormat,
} from '../formats/formats.js';
import { checkTensor } from '../values/float-bytes.js';

/**
 * Writes a state dict in the format of the path's extension: `.ckpt`, `.pt` or `.pth` for
 * `torch.load(path, weights_only=True)`, which returns an OrderedDict of float32 tensors; `.safetensors`; `.npz`.
 * The file is written atomically.
 *
 * @throws Error naming the file, if a tensor's values do not match its shape, the extension is unknown, or the file cannot
 *   be written.
 */
export async function saveCheckpoint(
  path: string,
  stateDict: StateDict,
  {
    metadata = {},
  }: {
    /**
     * The metadata of the file: for PyTorch the attribute `checkpoint_metadata` of the OrderedDict, which
     * `load_state_dict` ignores; the `__metadata__` of safetensors; the comment of an npz archive, as JSON. Default:
     * none.
     */
    metadata?: CheckpointMetadata | undefined;
  } = {},
): Promise<void> {
  const format = checkpointFormat(path);
  if (!format) {
    throw new Error(
      `${path}: expected a checkpoint called ${checkpointExtensions}, found "${extname(path)}"`,
    );
  }
  for (const [name, tensor] of Object.entries(stateDict)) checkTensor(`${path}: ${name}`, tensor);
  await writeWhole(path, (file) => writePieces(file, writeCheckpoint({ format, stateDict, metadata })));
}

/**
 * The bytes that `saveCheckpoint` writes, made on demand; the same for the same state dict. The pieces are views of
 * the tensors' own memory, so the tensors must not change in the meantime. Tensors in pieces are made as they are written.
 *
 * @throws Error naming a tensor whose values do not match its shape.
 */
export async function* writeCheckpoint({
  format,
  stateDict,
  metadata = {},
}: {
  /** `ckpt` for PyTorch's format, `safetensors`, or `npz`. */
  format: CheckpointFormat;
  stateDict: Readonly<Record<string, Tensor | TensorInPieces>>;
  /** The metadata of the file, as in `saveCheckpoint`. Default: none. */
  metadata?: CheckpointMetadata | undefined;
}): AsyncGenerator<Uint8Array> {
  for (const [name, tensor] of Object.entries(stateDict)) checkTensor(name, tensor);
  yield* formatOfId(format).write(stateDict, metadata);
}
