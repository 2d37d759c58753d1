import { ZipWriter } from '@ds/files';
import type { StateDict, Tensor } from '../../state-dict.js';
import { bytesOfTensor } from '../float-bytes.js';
import { PickleWriter } from '../pickle/pickle-writer.js';

/**
 * The bytes of a checkpoint as torch.save writes it: a zip archive with the values stored at multiples of 64
 * bytes, and a pickle (protocol 2) of an OrderedDict of float32 tensors. It holds what torch.load needs and no
 * more, and is the same, byte for byte, for the same tensors. Tensors with one `data` array share a storage.
 */
export async function* writeTorchCheckpoint(stateDict: StateDict): AsyncGenerator<Uint8Array> {
  const written: Uint8Array[] = [];
  const zip = new ZipWriter(async (bytes) => void written.push(bytes));
  const text = (value: string) => [new TextEncoder().encode(value)];
  const storages = new Map<Float32Array, string>();
  for (const { data } of Object.values(stateDict)) {
    if (!storages.has(data)) storages.set(data, String(storages.size));
  }
  await zip.addStored('archive/data.pkl', [pickled(stateDict, storages)], { align: 64 });
  await zip.addStored('archive/byteorder', text('little'), { align: 64 });
  for (const [data, key] of storages) {
    await zip.addStored(`archive/data/${key}`, [...bytesOfTensor({ data })], { align: 64 });
    yield* written.splice(0);
  }
  await zip.addStored('archive/version', text('3\n'), { align: 64 });
  await zip.finish();
  yield* written;
}

function pickled(stateDict: StateDict, storages: ReadonlyMap<Float32Array, string>): Uint8Array {
  const pickle = new PickleWriter();
  const orderedDict = () => pickle.call('collections', 'OrderedDict', () => pickle.tuple([]));
  orderedDict();
  pickle.items(Object.entries(stateDict), ([name, tensor]) => {
    pickle.string(name);
    pickle.call('torch._utils', '_rebuild_tensor_v2', () =>
      pickle.tuple([
        () => storage(pickle, tensor, storages.get(tensor.data)!),
        () => pickle.integer(0), // offset in the storage
        () => integers(pickle, tensor.shape),
        () => integers(pickle, contiguousStrides(tensor.shape)),
        () => pickle.boolean(false), // requires_grad
        orderedDict, // backward hooks
      ]),
    );
  });
  return pickle.finish();
}

function storage(pickle: PickleWriter, { data }: Tensor, key: string): void {
  pickle.persistent(() =>
    pickle.tuple([
      () => pickle.string('storage'),
      () => pickle.global('torch', 'FloatStorage'),
      () => pickle.string(key),
      () => pickle.string('cpu'),
      () => pickle.integer(data.length),
    ]),
  );
}

function integers(pickle: PickleWriter, values: readonly number[]): void {
  pickle.tuple(values.map((value) => () => pickle.integer(value)));
}

function contiguousStrides(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = strides[axis + 1]! * Math.max(1, shape[axis + 1]!); // as PyTorch counts empty dimensions
  }
  return strides;
}
