import type { ZipArchive, ZipEntry } from '@ds/files';
import { metadataFrom, type CheckpointMetadata } from '../checkpoints/checkpoint-metadata.js';
import type { ReadOptions } from '../formats/format.js';
import { sizeOf, type StateDict, type Tensor } from '../state-dict.js';
import { unpickle } from '../pickle/unpickle.js';
import { allocateFloats, floatSizes, readFloats, type FloatType } from '../values/float-bytes.js';
import { fileSizes, integerTensor, isIntegerDtype, type IntegerDtype } from '../values/stored-values.js';
import { noteFloat64, noteTensors } from '../note-tensors.js';
import { mayBeInteger } from '../names/may-be-integer.js';
import { bytesOfView, copyView, isWhole } from './copy-view.js';
import { metadataAttribute } from './metadata-attribute.js';
import { findStateDict } from './find-state-dict.js';
import { takeSparseApart } from './sparse-tensors.js';
import {
  torchMeaning,
  type SparseTorchTensor,
  type TorchStorage,
  type TorchTensor,
} from './torch-objects.js';

// The pickle does not contain tensor values: with ten thousand tensors it takes 2 MB, and torch.save does not deflate it.
const longestPickle = 1 << 26;
const freePickle = 1 << 22;
const picklePerByte = 4;
const longestNote = 1024;
// Views may share values, but far more bytes of views than the file has is an attack.
const mostSharing = 8;
const freeSharing = 1 << 22;

/**
 * Reads the tensors of a checkpoint of torch.save (PyTorch 1.6 or later). Storages are read one after another, in the order
 * of the file. A storage that is a whole tensor is read directly into it or, with `inPlace` and a file in memory, used in
 * place.
 *
 * @throws Error naming the archive and a tensor or entry that cannot be read.
 */
export async function readTorchCheckpoint(
  zip: ZipArchive,
  {
    isShared,
    inPlace = false,
    onNote,
    onMetadata,
  }: Pick<ReadOptions, 'isShared' | 'inPlace' | 'onNote' | 'onMetadata'>,
): Promise<StateDict> {
  const folder = archiveFolder(zip);
  await checkByteOrder(zip, folder);
  await checkNotes(zip, folder);
  const { tensors: found, metadata } = await describedTensors(zip, zip.entries.get(`${folder}data.pkl`)!);
  onMetadata?.(metadata);
  const { tensors, names: sparse, assemble } = takeSparseApart(found, zip.name, packedSize(zip));
  noteTensors(onNote, 'sparse in the file, read and written as dense', sparse);
  const blocks = storageBlocks(zip, folder, tensors);
  noteFloat64(onNote, found, (tensor) => {
    const { storage } = tensor.kind === 'sparse' ? tensor.parts['values']! : tensor;
    return storage.dtype === 'float64';
  });

  const read = new Map<string, Tensor>();
  for (const { entry, storage, type, views } of blocks) {
    if (isIntegerDtype(type)) {
      const bytes = entry ? await bytesOf(zip, entry) : new Uint8Array();
      for (const [name, view] of views) {
        read.set(name, integerTensor(bytesOfView(bytes, view, fileSizes[type]), type, view.shape));
      }
      continue;
    }
    const whole = views.find(([, view]) => isWhole(view, storage.length));
    const shared = whole !== undefined && isShared(whole[0]);
    const placed = inPlace && entry && type === 'float32' && !shared ? floatsInPlace(zip, entry) : undefined;
    const values = placed ?? allocateFloats(`${zip.name}: ${views[0]![0]}`, storage.length, { shared });
    if (entry && !placed) {
      await readFloats(
        type,
        { readInto: (target) => zip.readInto(entry, target), pieces: () => zip.read(entry) },
        values,
      );
      zip.forget(entry);
    }
    const made = new Map<string, Float32Array>(); // by view: tied weights stay one array
    for (const [name, view] of views) {
      const seen = viewKey(view);
      let data = made.get(seen);
      if (!data && isWhole(view, storage.length)) data = values;
      if (!data) {
        data = allocateFloats(`${zip.name}: ${name}`, sizeOf(view.shape), { shared: isShared(name) });
        copyView(values, view, data);
      }
      made.set(seen, data);
      const isHalf = type === 'float16' || type === 'bfloat16';
      const tensor: Tensor = { data, shape: view.shape };
      read.set(name, isHalf ? { ...tensor, stored: { dtype: type } } : tensor);
    }
  }
  assemble(read, { isShared });
  return Object.fromEntries(inOrder(found.keys(), read));
}

/** Entries one at a time: a file may have a great many tensors. */
function* inOrder(names: Iterable<string>, read: ReadonlyMap<string, Tensor>): Generator<[string, Tensor]> {
  for (const name of names) yield [name, read.get(name)!];
}

/** Bytes of all entries as they are in the file. */
function packedSize({ entries }: ZipArchive): number {
  let sum = 0;
  for (const { compressedSize } of entries.values()) sum += compressedSize;
  return sum;
}

/** The values of an entry in place, if it is in memory and aligned to 4 bytes. */
function floatsInPlace(zip: ZipArchive, entry: ZipEntry): Float32Array | undefined {
  const bytes = zip.view(entry);
  return bytes && bytes.byteOffset % 4 === 0
    ? new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
    : undefined;
}

/** Whether an archive was written by torch.save: it has `<folder>/data.pkl` and nothing outside that folder. */
export function isTorchArchive(zip: ZipArchive): boolean {
  return [...zip.entries.keys()].some((name) => /^[^/]+\/data\.pkl$/.test(name));
}

function archiveFolder(zip: ZipArchive): string {
  const pickles = [...zip.entries.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickles.length !== 1) {
    throw new Error(`${zip.name}: expected one entry <folder>/data.pkl, found ${pickles.length}`);
  }
  const folder = pickles[0]!.slice(0, -'data.pkl'.length);
  if (zip.entries.has(`${folder}constants.pkl`)) {
    throw new Error(
      `${zip.name}: expected a checkpoint of torch.save, found a TorchScript program; save its state_dict()`,
    );
  }
  return folder;
}

async function checkByteOrder(zip: ZipArchive, folder: string): Promise<void> {
  const entry = zip.entries.get(`${folder}byteorder`);
  if (!entry) return; // before PyTorch 2.1, which wrote the machine's own, nearly always little-endian
  const order = entry.size <= 16 ? Buffer.from(await bytesOf(zip, entry)).toString('latin1') : '';
  if (order !== 'little') {
    throw new Error(
      `${zip.name}: byteorder: expected "little", found "${order}"; save it again on a little-endian machine`,
    );
  }
}

/** Checks the small entries about the archive itself, which PyTorch reads. */
async function checkNotes(zip: ZipArchive, folder: string): Promise<void> {
  for (const name of [
    'version',
    '.data/version',
    '.data/serialization_id',
    '.format_version',
    '.storage_alignment',
  ]) {
    const entry = zip.entries.get(`${folder}${name}`);
    if (!entry) continue;
    if (entry.size > longestNote) {
      throw new Error(
        `${zip.name}: ${entry.name}: expected at most ${longestNote} bytes, found ${entry.size}`,
      );
    }
    await zip.check(entry);
  }
}

async function describedTensors(
  zip: ZipArchive,
  entry: ZipEntry,
): Promise<{ tensors: Map<string, TorchTensor | SparseTorchTensor>; metadata: CheckpointMetadata }> {
  const longest = Math.min(longestPickle, freePickle + picklePerByte * entry.compressedSize);
  if (entry.size > longest) {
    throw new Error(`${zip.name}: ${entry.name}: expected at most ${longest} bytes, found ${entry.size}`);
  }
  const pickle = await bytesOf(zip, entry);
  try {
    const attributes = new Map<ReadonlyMap<unknown, unknown>, unknown>();
    const onAttributes = (dict: ReadonlyMap<unknown, unknown>, found: unknown) =>
      void attributes.set(dict, found);
    const root = unpickle(pickle, { ...torchMeaning(), onAttributes });
    const { tensors, stateDict } = findStateDict(root, { pickleLength: pickle.length });
    const ofStateDict = attributes.get(stateDict);
    const metadata = ofStateDict instanceof Map ? ofStateDict.get(metadataAttribute) : undefined;
    return { tensors, metadata: metadataFrom(metadata) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${zip.name}: ${entry.name}: ${reason}`, { cause: error });
  }
}

interface StorageBlock {
  /** Undefined for a storage of no elements, which has no entry. */
  entry: ZipEntry | undefined;
  storage: TorchStorage;
  type: FloatType | IntegerDtype;
  views: [name: string, view: TorchTensor][];
}

/** The storages of the tensors, in the order of the file, each checked against its entry. */
function storageBlocks(
  zip: ZipArchive,
  folder: string,
  tensors: ReadonlyMap<string, TorchTensor>,
): StorageBlock[] {
  const blocks = new Map<TorchStorage, StorageBlock>();
  for (const [name, view] of tensors) {
    const { storage } = view;
    const { key, dtype, elementSize, length } = storage;
    if (!isFloatType(dtype) && !(isIntegerDtype(dtype) && mayBeInteger(name))) {
      throw new Error(
        `${zip.name}: ${name}: expected float32, float16, bfloat16 or float64 values, found ${dtype}`,
      );
    }
    const block = blocks.get(storage);
    if (block) {
      block.views.push([name, view]);
      continue;
    }
    const entry = zip.entries.get(`${folder}data/${key}`);
    if ((entry?.size ?? 0) !== length * elementSize) {
      const found = entry ? `${entry.size} bytes` : 'no such entry';
      throw new Error(
        `${zip.name}: ${name}: expected ${length * elementSize} bytes in the entry ` +
          `"${folder}data/${key}" (${length} ${dtype} values), found ${found}`,
      );
    }
    blocks.set(storage, { entry, storage, type: dtype, views: [[name, view]] });
  }
  checkSharing(zip, [...blocks.values()]);
  const order = new Map([...zip.entries.values()].map((entry, i) => [entry, i]));
  const place = ({ entry }: StorageBlock) => (entry ? order.get(entry)! : -1);
  return [...blocks.values()].sort((a, b) => place(a) - place(b));
}

/** @throws Error if views of the same values take far more memory than the values have bytes in the file. */
function checkSharing(zip: ZipArchive, blocks: readonly StorageBlock[]): void {
  let allowed = freeSharing;
  let taken = 0;
  for (const { entry, storage, views } of blocks) {
    const distinct = new Set<string>();
    let whole = 0;
    let values = 0;
    for (const [, view] of views) {
      const key = viewKey(view);
      if (distinct.has(key)) continue;
      distinct.add(key);
      if (isWhole(view, storage.length)) whole = storage.length;
      values += sizeOf(view.shape);
    }
    taken += 4 * Math.max(0, values - whole);
    allowed += 4 * storage.length + mostSharing * (entry?.compressedSize ?? 0);
  }
  if (taken > allowed) {
    throw new Error(
      `${zip.name}: its tensors repeat the same values too often: expected at most ${allowed} bytes of them, ` +
        `found ${taken}`,
    );
  }
}

const seenBefore = new WeakMap<TorchTensor, string>();

/** A text that is equal for views with the same elements of a storage in the same order. */
function viewKey(view: TorchTensor): string {
  let seen = seenBefore.get(view);
  if (seen === undefined) {
    seen = `${view.offset} ${view.shape} ${view.strides}`;
    seenBefore.set(view, seen);
  }
  return seen;
}

function isFloatType(dtype: string): dtype is FloatType {
  return Object.hasOwn(floatSizes, dtype);
}

async function bytesOf(zip: ZipArchive, entry: ZipEntry): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of zip.read(entry)) pieces.push(piece);
  return Buffer.concat(pieces);
}
