import { extname } from 'node:path';
import { appendTo, writeWhole } from '@ds/files';
import { sizeOf, type StateDict, type Tensor, type TensorInPieces } from './state-dict.js';
import { checkpointExtensions, checkpointFormat, type CheckpointFormat } from './checkpoint-format.js';
import { bytesOfTensor, checkTensor } from './float-bytes.js';
import { writeNpzCheckpoint } from './npz/npz-checkpoint.js';
import { writeSafetensors } from './safetensors/write-safetensors.js';
import { writeTorchCheckpoint } from './torch/write-torch-checkpoint.js';

/**
 * Writes a state dict in the format of the path's extension: `.ckpt`, `.pt` or `.pth` for
 * `torch.load(path, weights_only=True)`, which gives an OrderedDict of float32 tensors; `.safetensors`; `.npz`.
 * The file is there whole or not at all.
 *
 * @throws Error naming the file and the tensor whose values do not fit its shape, an unknown extension, or what
 *   keeps the file from being written.
 */
export async function saveCheckpoint(path: string, stateDict: StateDict): Promise<void> {
  const format = checkpointFormat(path);
  if (!format) {
    throw new Error(
      `${path}: expected a checkpoint called ${checkpointExtensions}, found "${extname(path)}"`,
    );
  }
  for (const [name, tensor] of Object.entries(stateDict)) checkTensor(`${path}: ${name}`, tensor);
  await writeWhole(path, async (file) => {
    const append = appendTo(file);
    for await (const piece of writeCheckpoint({ format, stateDict })) await append(piece);
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
}: {
  /** `ckpt` for PyTorch's, `safetensors`, or `npz`. */
  format: CheckpointFormat;
  stateDict: Readonly<Record<string, Tensor | TensorInPieces>>;
}): AsyncGenerator<Uint8Array> {
  for (const [name, tensor] of Object.entries(stateDict)) checkTensor(name, tensor);
  switch (format) {
    case 'ckpt':
      yield* writeTorchCheckpoint(stateDict);
      break;
    case 'npz':
      yield* writeNpzCheckpoint(stateDict);
      break;
    case 'safetensors': {
      const tensors = Object.entries(stateDict).map(([name, tensor]) => {
        const byteLength = 4 * sizeOf(tensor.shape);
        return [
          name,
          { dtype: 'F32', shape: tensor.shape, byteLength, bytes: bytesOfTensor(name, tensor) },
        ] as const;
      });
      yield* writeSafetensors(new Map(tensors), { format: 'pt' });
    }
  }
}
