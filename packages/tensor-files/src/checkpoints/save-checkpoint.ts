import { extname } from 'node:path';
import { appendTo, writeWhole } from '@ds/files';
import type { CheckpointMetadata } from './checkpoint-metadata.js';
import type { StateDict, Tensor, TensorInPieces } from '../state-dict.js';
import { checkpointExtensions, checkpointFormat, formatOfId, type CheckpointFormat } from '../formats.js';
import { checkTensor } from '../values/float-bytes.js';

/**
 * Writes a state dict in the format of the path's extension: `.ckpt`, `.pt` or `.pth` for
 * `torch.load(path, weights_only=True)`, which gives an OrderedDict of float32 tensors; `.safetensors`; `.npz`.
 * The file is there whole or not at all.
 *
 * @throws Error naming the file and the tensor whose values do not fit its shape, an unknown extension, or what
 *   keeps the file from being written.
 */
export async function saveCheckpoint(
  path: string,
  stateDict: StateDict,
  {
    metadata = {},
  }: {
    /**
     * The metadata of the file: for PyTorch the attribute `checkpoint_metadata` of the OrderedDict, which
     * `load_state_dict` passes over; the `__metadata__` of safetensors; the comment of an npz archive, as JSON. Default:
     * nothing.
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
  await writeWhole(path, async (file) => {
    const append = appendTo(file);
    for await (const piece of writeCheckpoint({ format, stateDict, metadata })) await append(piece);
  });
}

/**
 * The bytes that `saveCheckpoint` writes, as they are made: the same for the same state dict. The pieces show
 * the tensors' own memory, so these must not change meanwhile. Tensors in pieces are made as they are written.
 *
 * @throws Error naming the tensor whose values do not fit its shape.
 */
export async function* writeCheckpoint({
  format,
  stateDict,
  metadata = {},
}: {
  /** `ckpt` for PyTorch's, `safetensors`, or `npz`. */
  format: CheckpointFormat;
  stateDict: Readonly<Record<string, Tensor | TensorInPieces>>;
  /** The metadata of the file, as in `saveCheckpoint`. Default: none. */
  metadata?: CheckpointMetadata | undefined;
}): AsyncGenerator<Uint8Array> {
  for (const [name, tensor] of Object.entries(stateDict)) checkTensor(name, tensor);
  yield* formatOfId(format).write(stateDict, metadata);
}
