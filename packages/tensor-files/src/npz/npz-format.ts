import { pullBytes, ZipWriter, type ZipArchive } from '@ds/files';
import {
  metadataComment,
  metadataFromComment,
  type CheckpointMetadata,
} from '../checkpoints/checkpoint-metadata.js';
import type { Format, ReadOptions } from '../formats/format.js';
import type { StateDict, Tensor, TensorInPieces } from '../state-dict.js';
import { allocateFloats, bytesOfTensor } from '../values/float-bytes.js';
import { fileDtype, integerTensor, isIntegerDtype, type FileDtype } from '../values/stored-values.js';
import { noteFloat64 } from '../note-tensors.js';
import { mayBeInteger } from '../names/may-be-integer.js';
import { formatNpyHeader } from './npy-format.js';
import { npzEntries } from './open-npz.js';
import { readNpzArrays } from './read-npz.js';

/**
 * The format of numpy.savez: a zip archive of npy arrays, here one floating point array per tensor. Metadata is stored in
 * the comment of the archive, which NumPy ignores.
 */
export const npzFormat = {
  id: 'npz',
  title: 'an npz file',
  extensions: ['.npz'],
  hasSignature: true,
  sniff: ({ zip }) => {
    const names = [...(zip?.entries.keys() ?? [])];
    return names.length > 0 && names.every((name) => name.endsWith('.npy'));
  },
  read: ({ zip }, options) => readNpzCheckpoint(zip!, options),
  write: writeNpzCheckpoint,
} as const satisfies Format;

/** @throws Error naming the file and an array that cannot be read, or has another type. */
async function readNpzCheckpoint(
  zip: ZipArchive,
  { isShared, onNote, onMetadata }: Pick<ReadOptions, 'isShared' | 'onNote' | 'onMetadata'>,
): Promise<StateDict> {
  onMetadata?.(metadataFromComment(zip.comment));
  const title = zip.name;
  const arrays = Object.entries(await readNpzArrays(title, await npzEntries(zip)));
  const tensors: [string, Tensor][] = [];
  for (const [name, { data, shape, dtype }] of arrays) {
    if (isIntegerDtype(dtype) && mayBeInteger(name)) {
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      tensors.push([name, integerTensor(bytes, dtype, shape)]);
      continue;
    }
    if (!dtype.startsWith('float')) {
      throw new Error(`${title}: ${name}: expected float32, float16 or float64 values, found ${dtype}`);
    }
    const isReady = data.BYTES_PER_ELEMENT === 4 && !isShared(name);
    const floats = isReady
      ? (data as Float32Array)
      : allocateFloats(`${title}: ${name}`, data.length, { shared: isShared(name) });
    if (!isReady) floats.set(data as Float32Array | Float64Array);
    tensors.push([name, { data: floats, shape, ...(dtype === 'float16' && { stored: { dtype } }) }]);
  }
  noteFloat64(onNote, arrays, ({ dtype }) => dtype === 'float64');
  return Object.fromEntries(tensors);
}

/** The bytes of an npz file of arrays, float32 or as read, stored uncompressed like in numpy.savez. */
function writeNpzCheckpoint(
  stateDict: Readonly<Record<string, Tensor | TensorInPieces>>,
  metadata: CheckpointMetadata,
): AsyncIterable<Uint8Array> {
  return pullBytes(async (write) => {
    const zip = new ZipWriter(write);
    for (const [name, tensor] of Object.entries(stateDict)) {
      await zip.addStored(`${name}.npy`, npyBytes(name, tensor), { align: 64 });
    }
    await zip.finish({ comment: metadataComment(metadata) });
  });
}

function* npyBytes(name: string, tensor: Tensor | TensorInPieces): Generator<Uint8Array> {
  // NumPy has no bfloat16.
  const written = tensor.stored?.dtype === 'bfloat16' ? { ...tensor, stored: undefined } : tensor;
  const dtype = fileDtype(written) as Exclude<FileDtype, 'bfloat16'>;
  yield formatNpyHeader({ dtype, shape: tensor.shape, fortranOrder: false });
  yield* bytesOfTensor(name, written);
}
