import { extname } from 'node:path';
import type { Format } from './format.js';
import { npzFormat } from '../npz/npz-format.js';
import { safetensorsFormat } from '../safetensors/safetensors-format.js';
import { torchFormat } from '../torch/torch-format.js';

/** How a checkpoint is written: like torch.save, as safetensors, or like numpy.savez. */
// Not derived from the list, which would put private types into the public declarations.
export type CheckpointFormat = 'ckpt' | 'safetensors' | 'npz';

/** Every format of checkpoints. */
export const formats: readonly (Format & { readonly id: CheckpointFormat })[] = [
  torchFormat,
  safetensorsFormat,
  npzFormat,
];

/** The extensions of checkpoints, for messages. */
export const checkpointExtensions = formats.flatMap(({ extensions }) => extensions).join(', ');

/** The id of the format of a path's extension; undefined for an unknown extension. */
export function checkpointFormat(path: string): CheckpointFormat | undefined {
  return formatOfPath(path)?.id;
}

/** The format of a path's extension; undefined for an unknown extension. */
export function formatOfPath(path: string): (typeof formats)[number] | undefined {
  const extension = extname(path).toLowerCase();
  return formats.find(({ extensions }) => extensions.includes(extension));
}

/** The format with this id. */
export function formatOfId(id: CheckpointFormat): Format {
  const format = formats.find((known) => known.id === id);
  if (!format) {
    const ids = formats.map((known) => known.id).join(', ');
    throw new Error(`expected a checkpoint format of ${ids}, found "${String(id)}"`);
  }
  return format;
}
