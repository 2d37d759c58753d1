import { expandSparseBitmaps, type MixedPrecisionParts, type SparseBitmaps } from '@ds/data-sparsifier';
import type { ByteSource } from '@ds/files';
import { metadataFrom, type CheckpointMetadata } from '../checkpoints/checkpoint-metadata.js';
import type { ReadOptions } from '../formats/format.js';
import type { Tensor } from '../state-dict.js';
import { allocateFloats } from '../values/float-bytes.js';
import { metadataKey as mixedKey, mixedTables, type MixedTableEntries } from './mixed/mixed-layout.js';
import { openMixedTable, readMixedTable } from './mixed/read-mixed-tables.js';
import { isRemappingName } from './mixed/save-fbgemm-tables.js';
import { isSparseField, readSparseTable, sparseTableNames } from './sparse/read-sparse-tables.js';
import { floatTypeOf, readFloatTensor } from './read-float-tensor.js';
import { integerTensor, isIntegerDtype, type IntegerDtype } from '../values/stored-values.js';
import { noteFloat64 } from '../note-tensors.js';
import { mayBeInteger } from '../names/may-be-integer.js';
import { bytesAt, readHeaderWithMetadata, type SafetensorsEntry } from './read-safetensors-header.js';
import { dtypeOfSafetensors } from './safetensors-dtypes.js';

/** The contents of a safetensors file: tables in our own formats, and tensors. */
interface Contents {
  entries: ReadonlyMap<string, SafetensorsEntry>;
  sparse: readonly string[];
  mixed: readonly MixedTableEntries[];
  metadata: CheckpointMetadata;
}

/** The keys that describe the file itself. */
const ownKeys = ['format', 'sparse', mixedKey];

/**
 * Reads the tensors of a safetensors file (https://huggingface.co/docs/safetensors) with dtype F32, F16, BF16 or F64. Sparse
 * and mixed-precision tables come first, as returned by `sparseTable` and `mixedTable`, otherwise as dense tensors.
 *
 * @throws Error naming the source and the tensor, if the header is invalid or too long, a dtype is unknown, a shape does not
 *   match its bytes, tensors overlap, leave a hole or end beyond the file, or the parts of a table disagree.
 */
export async function readSafetensors<Table = never>(
  source: ByteSource,
  { isShared, sparseTable, mixedTable, onNote, onMetadata }: ReadOptions<Table>,
): Promise<Record<string, Tensor | Table>> {
  const contents = await contentsOf(source);
  onMetadata?.(contents.metadata);
  noteFloat64(onNote, contents.entries, ({ dtype }) => dtype === 'F64');
  const tensors: [string, Tensor | Table][] = [];
  for (const name of contents.sparse) {
    const table = await readSparseTable(source, contents.entries, name);
    tensors.push([
      name,
      sparseTable ? sparseTable(table, name) : denseTable(`${source.name}: ${name}`, table, isShared(name)),
    ]);
  }
  for (const entries of contents.mixed) {
    const { name } = entries;
    const parts = await readMixedTable(source, entries);
    tensors.push([
      name,
      mixedTable ? mixedTable(parts, name) : expanded(source, name, parts, isShared(name)),
    ]);
  }
  return Object.fromEntries(tensors.concat(await readDenseTensors(source, contents, isShared)));
}

function denseTable(name: string, table: SparseBitmaps, shared: boolean): Tensor {
  const { rows, dim } = table;
  const data = allocateFloats(name, rows * dim, { shared });
  expandSparseBitmaps(table, data);
  return { data, shape: [rows, dim] };
}

function expanded(source: ByteSource, name: string, parts: MixedPrecisionParts, shared: boolean): Tensor {
  const table = openMixedTable(source, name, parts);
  const { rows, dim } = table;
  const data = allocateFloats(`${source.name}: ${name}`, rows * dim, { shared });
  table.expandInto(data);
  return { data, shape: [rows, dim] };
}

async function contentsOf(source: ByteSource): Promise<Contents> {
  const { entries, metadata } = await readHeaderWithMetadata(source);
  const remapping = [...entries.keys()].find(isRemappingName);
  if (remapping !== undefined) {
    throw new Error(
      `${source.name}: ${remapping}: expected a table that can be read back, found one for the kernels of FBGEMM; ` +
        'write the model with compress-tables --format safetensors or ckpt',
    );
  }
  const mixed = mixedTables(source.name, entries, metadata);
  const others = Object.entries(metadata).filter(([key]) => !ownKeys.includes(key));
  return {
    entries,
    sparse: sparseTableNames(entries),
    mixed,
    metadata: metadataFrom(Object.fromEntries(others)),
  };
}

// A part of one of our tables whose other parts are missing.
const tablePart = /\.(mixed|fbgemm)\.|\.(row_)?bitmask$|\.block_shape$/;

/** The type of an integer or boolean tensor; undefined for any other tensor, and for a table or a part of one. */
function integerDtype(name: string, entry: SafetensorsEntry): IntegerDtype | undefined {
  const dtype = dtypeOfSafetensors(entry.dtype);
  return dtype && isIntegerDtype(dtype) && mayBeInteger(name) && !tablePart.test(name) ? dtype : undefined;
}

async function readDenseTensors(
  source: ByteSource,
  { entries, sparse, mixed }: Contents,
  isShared: (name: string) => boolean,
): Promise<[string, Tensor][]> {
  const sparseNames = new Set(sparse);
  const mixedNames = new Set(mixed.map(({ name }) => name));
  const mixedFields = new Set(mixed.flatMap(({ parts }) => [...parts.values()].map((part) => part.tensor)));
  const dense = [...entries].filter(([name]) => !isSparseField(name, sparseNames) && !mixedFields.has(name));
  for (const [name, entry] of dense) {
    for (const [kind, names] of [
      ['sparse', sparseNames],
      ['mixed-precision', mixedNames],
    ] as const) {
      if (names.has(name)) throw new Error(`${source.name}: ${name}: is both a ${kind} table and a tensor`);
    }
    if (!integerDtype(name, entry)) floatTypeOf(source, name, entry);
  }
  const tensors: [string, Tensor][] = [];
  for (const [name, entry] of dense) {
    const integer = integerDtype(name, entry);
    if (integer) {
      const bytes = new Uint8Array(entry.byteLength);
      await bytesAt(source, entry).readInto(bytes);
      tensors.push([name, integerTensor(bytes, integer, entry.shape)]);
    } else {
      const data = await readFloatTensor({ source, name, entry, shared: isShared(name) });
      const dtype = dtypeOfSafetensors(entry.dtype);
      const isHalf = dtype === 'float16' || dtype === 'bfloat16';
      tensors.push([name, { data, shape: entry.shape, ...(isHalf && { stored: { dtype } }) }]);
    }
    source.forget?.(entry.start, entry.start + entry.byteLength);
  }
  return tensors;
}
