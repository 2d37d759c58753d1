import type { CheckpointMetadata } from '../checkpoints/checkpoint-metadata.js';
import type { Format } from '../formats/format.js';
import type { Tensor, TensorInPieces } from '../state-dict.js';
import { readSafetensors } from './read-safetensors.js';
import { safetensorsInput } from './safetensors-dtypes.js';
import { writeSafetensors } from './write-safetensors.js';

/** Safetensors (https://huggingface.co/docs/safetensors), with tables as `saveSparseCheckpoint` and `saveMixedCheckpoint` write them. */
export const safetensorsFormat = {
  id: 'safetensors',
  title: 'a safetensors file',
  extensions: ['.safetensors'],
  // It starts with the length of its header, then the header's JSON, which may start with spaces.
  hasSignature: false,
  sniff: ({ start }) => start.slice(5, 9) === '\0\0\0{',
  read: ({ source }, options) => readSafetensors(source, options),
  write: writeDense,
} as const satisfies Format;

function writeDense(
  stateDict: Readonly<Record<string, Tensor | TensorInPieces>>,
  metadata: CheckpointMetadata,
): AsyncGenerator<Uint8Array> {
  const tensors = Object.entries(stateDict).map(
    ([name, tensor]) => [name, safetensorsInput(name, tensor)] as const,
  );
  return writeSafetensors(new Map(tensors), { ...metadata, format: 'pt' });
}
