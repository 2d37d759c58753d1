import { extname } from 'node:path';
import type { Format } from './format.js';
import { npzFormat } from './npz/npz-format.js';
import { safetensorsFormat } from './safetensors/safetensors-format.js';
import { torchFormat } from './torch/torch-format.js';

/** Every format of checkpoints. */
export const formats = [torchFormat, safetensorsFormat, npzFormat] as const satisfies readonly Format[];

/** How a checkpoint is written: as torch.save does, as safetensors, or as numpy.savez does. */
export type CheckpointFormat = (typeof formats)[number]['id'];

/** The extensions of checkpoints, for messages. */
export const checkpointExtensions = formats.flatMap(({ extensions }) => extensions).join(', ');

/** The id of the format that a path's extension stands for; undefined for another extension. */
export function checkpointFormat(path: string): CheckpointFormat | undefined {
  return formatOfPath(path)?.id;
}

/** The format that a path's extension stands for; undefined for another extension. */
export function formatOfPath(path: string): (typeof formats)[number] | undefined {
  const extension = extname(path).toLowerCase();
  return formats.find(({ extensions }) => (extensions as readonly string[]).includes(extension));
}

/** The format of this id. */
export function formatOfId(id: CheckpointFormat): Format {
  const format = formats.find((known) => known.id === id);
  if (!format) {
    const ids = formats.map((known) => known.id).join(', ');
    throw new Error(`expected a checkpoint format of ${ids}, found "${String(id)}"`);
  }
  return format;
}
