import { pullBytes, ZipWriter } from '@ds/files';
import type { CheckpointMetadata } from '../checkpoints/checkpoint-metadata.js';
import { sizeOf, type Tensor, type TensorInPieces } from '../state-dict.js';
import { bytesOfTensor } from '../values/float-bytes.js';
import { fileDtype, type FileDtype } from '../values/stored-values.js';
import { PickleWriter } from '../pickle/pickle-writer.js';
import { metadataAttribute } from './metadata-attribute.js';

/**
 * The bytes of a checkpoint like those of torch.save: a zip archive with the values aligned to 64 bytes, and a pickle
 * (protocol 2) of an OrderedDict of tensors, float32 or as read. It contains only what torch.load needs, and is the same, byte for
 * byte, for the same tensors. Tensors of one type with the same `data` array share a storage. Metadata is an attribute of the
 * OrderedDict, like `_metadata` in PyTorch's own files, not a key among the tensors.
 */
export function writeTorchCheckpoint(
  stateDict: Readonly<Record<string, Tensor | TensorInPieces>>,
  metadata: CheckpointMetadata,
): AsyncIterable<Uint8Array> {
  return pullBytes(async (write) => {
    const zip = new ZipWriter(write);
    const text = (value: string) => [new TextEncoder().encode(value)];
    const storages: { key: string; bytes: Generator<Uint8Array> }[] = [];
    const keys = new Map<FileDtype, Map<unknown, string>>();
    const keyOf = (tensor: Tensor | TensorInPieces) => keys.get(fileDtype(tensor))?.get(storageOf(tensor));
    for (const [name, tensor] of Object.entries(stateDict)) {
      if (keyOf(tensor) !== undefined) continue;
      const key = String(storages.length);
      const ofDtype = keys.get(fileDtype(tensor)) ?? new Map<unknown, string>();
      keys.set(fileDtype(tensor), ofDtype.set(storageOf(tensor), key));
      // A generator, so that the values are generated once and followed by their checksum, as in PyTorch's own files.
      storages.push({ key, bytes: bytesOfTensor(name, tensor) });
    }
    const pickle = pickled(stateDict, metadata, (tensor) => keyOf(tensor)!);
    await zip.addStored('archive/data.pkl', [pickle], { align: 64 });
    await zip.addStored('archive/byteorder', text('little'), { align: 64 });
    for (const { key, bytes } of storages) {
      await zip.addStored(`archive/data/${key}`, bytes, { align: 64 });
    }
    await zip.addStored('archive/version', text('3\n'), { align: 64 });
    await zip.finish();
  });
}

/** Identifies the storage of a tensor among those of its type. */
function storageOf(tensor: Tensor | TensorInPieces): unknown {
  return 'data' in tensor ? (tensor.stored?.bytes ?? tensor.data) : tensor;
}

function pickled(
  stateDict: Readonly<Record<string, Tensor | TensorInPieces>>,
  metadata: CheckpointMetadata,
  keyOf: (tensor: Tensor | TensorInPieces) => string,
): Uint8Array {
  const pickle = new PickleWriter();
  const orderedDict = () => pickle.call('collections', 'OrderedDict', () => pickle.tuple([]));
  orderedDict();
  pickle.items(Object.entries(stateDict), ([name, tensor]) => {
    pickle.string(name);
    pickle.call('torch._utils', '_rebuild_tensor_v2', () =>
      pickle.tuple([
        () => storage(pickle, tensor, keyOf(tensor)),
        () => pickle.integer(0), // offset in the storage
        () => integers(pickle, tensor.shape),
        () => integers(pickle, contiguousStrides(tensor.shape)),
        () => pickle.boolean(false), // requires_grad
        orderedDict, // backward hooks
      ]),
    );
  });
  if (Object.keys(metadata).length > 0) {
    pickle.attributes({ [metadataAttribute]: metadata });
  }
  return pickle.finish();
}

const storageTypes: Readonly<Record<FileDtype, string>> = {
  float32: 'FloatStorage',
  float16: 'HalfStorage',
  bfloat16: 'BFloat16Storage',
  int8: 'CharStorage',
  uint8: 'ByteStorage',
  bool: 'BoolStorage',
  int16: 'ShortStorage',
  int32: 'IntStorage',
  int64: 'LongStorage',
};

function storage(pickle: PickleWriter, tensor: Tensor | TensorInPieces, key: string): void {
  const { shape } = tensor;
  pickle.persistent(() =>
    pickle.tuple([
      () => pickle.string('storage'),
      () => pickle.global('torch', storageTypes[fileDtype(tensor)]),
      () => pickle.string(key),
      () => pickle.string('cpu'),
      () => pickle.integer(sizeOf(shape)),
    ]),
  );
}

function integers(pickle: PickleWriter, values: readonly number[]): void {
  pickle.tuple(values.map((value) => () => pickle.integer(value)));
}

function contiguousStrides(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = strides[axis + 1]! * Math.max(1, shape[axis + 1]!); // empty dimensions count as 1, as in PyTorch
  }
  return strides;
}
