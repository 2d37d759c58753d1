import { pickleGlobal, IgnoredObject, type PickleMeaning } from '../pickle/unpickle.js';
import { sizeOf } from '../state-dict.js';

/** Values that torch.save wrote as one block, the entry `data/<key>` of the archive. */
export interface TorchStorage {
  readonly kind: 'storage';
  readonly key: string;
  /** PyTorch's name of the element type. */
  readonly dtype: string;
  /** Bytes of one element. */
  readonly elementSize: number;
  /** Number of elements. */
  readonly length: number;
}

/** A tensor that may occur next to a state dict but not in it; its values are not read. */
export class UnreadTensor extends IgnoredObject {}

/** A view of a storage: element (i, j, ...) is at offset + i * strides[0] + j * strides[1] + ... */
export interface TorchTensor {
  readonly kind: 'tensor';
  readonly storage: TorchStorage;
  readonly offset: number;
  readonly shape: number[];
  readonly strides: number[];
}

/** A sparse tensor: its layout, such as `torch.sparse_coo`, and the tensors of its indices and values. */
export interface SparseTorchTensor {
  readonly kind: 'sparse';
  readonly layout: string;
  readonly parts: Readonly<Record<string, TorchTensor>>;
  readonly shape: number[];
}

const storageTypes: Readonly<Record<string, readonly [dtype: string, elementSize: number]>> = {
  FloatStorage: ['float32', 4],
  DoubleStorage: ['float64', 8],
  HalfStorage: ['float16', 2],
  BFloat16Storage: ['bfloat16', 2],
  LongStorage: ['int64', 8],
  IntStorage: ['int32', 4],
  ShortStorage: ['int16', 2],
  CharStorage: ['int8', 1],
  ByteStorage: ['uint8', 1],
  BoolStorage: ['bool', 1],
  ComplexFloatStorage: ['complex64', 8],
  ComplexDoubleStorage: ['complex128', 16],
  QInt8Storage: ['qint8', 1],
  QUInt8Storage: ['quint8', 1],
  QInt32Storage: ['qint32', 4],
  UntypedStorage: ['bytes', 1],
};

// Further types that torch.load(weights_only=True) reads and a state dict does not need.
const ignoredCalls = [
  'numpy.core.multiarray.scalar',
  'numpy._core.multiarray.scalar',
  'numpy.dtype',
  '_codecs.encode',
  'torch.device',
  'collections.Counter',
  ...['builtins', '__builtin__'].flatMap((module) =>
    ['set', 'complex', 'bytearray'].map((name) => `${module}.${name}`),
  ),
];
// Tensors that are not views of one typed storage: quantised, of dtypes without a storage type
// (uint16, float8), on a device without storage, of a subclass.
const unreadTensors = [
  '_rebuild_qtensor',
  '_rebuild_tensor_v3',
  '_rebuild_meta_tensor_no_storage',
  '_rebuild_device_tensor_from_numpy',
  '_rebuild_device_tensor_from_cpu_tensor',
].map((name) => `torch._utils.${name}`);
const dtypes = [
  ...['float16', 'float32', 'float64', 'bfloat16', 'bool', 'complex32', 'complex64', 'complex128'],
  ...['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64'],
  ...['float8_e4m3fn', 'float8_e4m3fnuz', 'float8_e5m2', 'float8_e5m2fnuz', 'float8_e8m0fnu'],
  ...['per_tensor_affine', 'per_channel_affine', 'per_channel_affine_float_qparams'],
].map((name) => `torch.${name}`);

const mostDimensions = 64; // as in PyTorch

/**
 * The meaning of the pickles of torch.save: tensors become views of storages that are not read yet. Objects without tensors
 * (numpy scalars, as in the checkpoints of dlrm_s_pytorch.py) are accepted and ignored.
 */
export function torchMeaning(): PickleMeaning {
  const ignored = (name: string) => pickleGlobal(name, () => new IgnoredObject(name));
  const named = [
    pickleGlobal('torch._utils._rebuild_tensor', rebuildTensor, tensorBytes),
    pickleGlobal('torch._utils._rebuild_tensor_v2', rebuildTensor, tensorBytes),
    pickleGlobal('torch._utils._rebuild_parameter', ([tensor]) => tensor),
    pickleGlobal('torch._utils._rebuild_sparse_tensor', rebuildSparse, sparseBytes),
    pickleGlobal('torch._utils._rebuild_sparse_csr_tensor', rebuildSparse, sparseBytes),
    pickleGlobal('torch.serialization._get_layout', ([layout]) => layout),
    pickleGlobal('torch.Size', ([sizes]) => sizes),
    pickleGlobal(
      'collections.OrderedDict',
      (args) => {
        if (args.length > 0) throw new Error('expected no arguments');
        return new Map();
      },
      () => 256,
    ),
    ...ignoredCalls.map(ignored),
    ...unreadTensors.map((name) => pickleGlobal(name, () => new UnreadTensor(name))),
    ...dtypes.map((name) => pickleGlobal(name)),
    ...Object.keys(storageTypes).map((name) => pickleGlobal(storageName(name))),
  ];
  const globals = new Map(named.map((global) => [global.name, global]));
  const storages = new Map<string, TorchStorage>();
  const types = new Map<unknown, string>(
    Object.keys(storageTypes).map((type) => [globals.get(storageName(type)), type]),
  );
  return {
    findGlobal: (module, name) => globals.get(`${module}.${name}`),
    persistentLoad: (id) => {
      const storage = storageOf(id, types);
      const known = storages.get(storage.key);
      if (known && (known.dtype !== storage.dtype || known.length !== storage.length)) {
        throw new Error(`storage ${storage.key} is described in two ways`);
      }
      storages.set(storage.key, known ?? storage);
      return known ?? storage;
    },
  };
}

function storageName(type: string): string {
  return type === 'UntypedStorage' ? 'torch.storage.UntypedStorage' : `torch.${type}`;
}

/** A storage from its persistent id: ('storage', type, key, device, number of elements). */
function storageOf(id: unknown, types: ReadonlyMap<unknown, string>): TorchStorage {
  const [tag, type, key, , length] = Array.isArray(id) ? id : [];
  const typeName = types.get(type);
  if (tag !== 'storage' || !typeName || typeof key !== 'string' || !isCount(length)) {
    throw new Error('expected a storage: its type, key, device and number of elements');
  }
  const [dtype, elementSize] = storageTypes[typeName]!;
  return { kind: 'storage', key, dtype, elementSize, length };
}

/** Memory of a tensor while it is read: its description, and an array that is created even if it has no values. */
function tensorBytes([, , shape]: readonly unknown[]): number {
  return 600 + (Array.isArray(shape) ? 20 * shape.length : 0);
}

/** `_rebuild_tensor_v2(storage, storage_offset, size, stride, requires_grad, backward_hooks, metadata)` */
function rebuildTensor([storage, offset, shape, strides, , , metadata]: readonly unknown[]): TorchTensor {
  if (!isStorage(storage)) throw new Error('expected a storage first');
  if (!isCounts(shape) || !isCounts(strides) || shape.length !== strides.length) {
    throw new Error('expected a shape and strides of equal length, whole numbers of at least 0');
  }
  if (!isCount(offset))
    throw new Error(
      `expected a storage offset of at least 0, found ${typeof offset === 'number' ? offset : `a value of another type`}`,
    );
  if (metadata !== undefined && metadata !== null && !(metadata instanceof Map && metadata.size === 0)) {
    throw new Error('negated and conjugated views are not supported');
  }
  if (!Number.isSafeInteger(sizeOf(shape))) throw new Error(`shape (${shape.join(', ')}) is too large`);
  const last = shape.reduce((position, size, axis) => position + (size - 1) * strides[axis]!, offset);
  if (sizeOf(shape) > 0 && last >= storage.length) {
    throw new Error(
      `a view of shape (${shape.join(', ')}), strides (${strides.join(', ')}) and offset ${offset} ` +
        `needs ${last + 1} elements, storage ${storage.key} has ${storage.length}`,
    );
  }
  return { kind: 'tensor', storage, offset, shape: [...shape], strides: [...strides] };
}

/** Memory of a sparse tensor's description, and of what is made of it if it has no values. */
function sparseBytes(): number {
  return 2000;
}

/**
 * `_rebuild_sparse_tensor(layout, data)`: COO with `(indices, values, size, is_coalesced)`; CSR, CSC, BSR and BSC with
 * `(compressed indices, plain indices, values, size)`.
 */
function rebuildSparse([layout, data]: readonly unknown[]): SparseTorchTensor {
  const fields = Array.isArray(data) ? (data as unknown[]) : [];
  const isCoo = layout === 'torch.sparse_coo';
  const names = isCoo ? ['indices', 'values'] : ['compressed indices', 'plain indices', 'values'];
  const shape = fields[names.length];
  if (typeof layout !== 'string' || !names.every((_, i) => isTensor(fields[i])) || !isCounts(shape)) {
    throw new Error('expected a sparse tensor: its layout, indices, values and size');
  }
  if (!Number.isSafeInteger(sizeOf(shape))) throw new Error(`shape (${shape.join(', ')}) is too large`);
  const parts = Object.fromEntries(names.map((name, i) => [name, fields[i] as TorchTensor]));
  return { kind: 'sparse', layout, parts, shape: [...shape] };
}

export function isSparse(value: unknown): value is SparseTorchTensor {
  return isObject(value) && value.kind === 'sparse';
}

export function isTensor(value: unknown): value is TorchTensor {
  return isObject(value) && value.kind === 'tensor';
}

function isStorage(value: unknown): value is TorchStorage {
  return isObject(value) && value.kind === 'storage';
}

// A pickle can create only Maps, arrays and results of the globals above, so `kind` cannot be forged.
function isObject(value: unknown): value is { kind?: unknown } {
  return typeof value === 'object' && value !== null;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.length <= mostDimensions && value.every(isCount);
}
