import type { ByteSource } from '@ds/files';
import type { StateDict, Tensor } from '../state-dict.js';
import { allocateFloats } from '../float-bytes.js';
import { isSparseField, readSparseTable, sparseTableNames } from '../sparse/read-sparse-tables.js';
import { expandBitmaps, type SparseBitmaps } from '../sparse/sparse-bitmaps.js';
import { floatTypeOf, readFloatTensor } from './read-float-tensor.js';
import { readSafetensorsHeader, type SafetensorsEntry } from './read-safetensors-header.js';

/**
 * Reads the tensors of a safetensors file (https://huggingface.co/docs/safetensors), F32, F16, BF16 or F64.
 * Sparse tables become dense ones.
 *
 * @throws Error naming the source and the tensor: a header that is no such JSON or too long, an unknown dtype,
 *   a shape that does not fit its bytes, tensors that overlap, leave a hole or end beyond the file, and sparse
 *   tables whose fields do not agree.
 */
export async function readSafetensors(
  source: ByteSource,
  { isShared }: { isShared: (name: string) => boolean },
): Promise<StateDict> {
  const entries = await readSafetensorsHeader(source);
  const sparse = sparseTableNames(entries);
  const tensors: [string, Tensor][] = [];
  for (const name of sparse) {
    const table = await readSparseTable(source, entries, name);
    const { rows, dim } = table;
    const data = allocateFloats(`${source.name}: ${name}`, rows * dim, { shared: isShared(name) });
    expandBitmaps(table, data);
    tensors.push([name, { data, shape: [rows, dim] }]);
  }
  tensors.push(...(await readDenseTensors(source, entries, new Set(sparse), isShared)));
  return Object.fromEntries(tensors);
}

/**
 * Reads a safetensors file with its sparse tables as `tableOf` makes them, one after another. Throws as
 * `readSafetensors` does.
 */
export async function readSparseSafetensors<Table>(
  source: ByteSource,
  tableOf: (bitmaps: SparseBitmaps, name: string) => Table,
): Promise<{ tables: Record<string, Table>; tensors: StateDict }> {
  const entries = await readSafetensorsHeader(source);
  const names = sparseTableNames(entries);
  const tables: [string, Table][] = [];
  for (const name of names) {
    tables.push([name, tableOf(await readSparseTable(source, entries, name), name)]);
  }
  const tensors = await readDenseTensors(source, entries, new Set(names), () => false);
  return { tables: Object.fromEntries(tables), tensors: Object.fromEntries(tensors) };
}

async function readDenseTensors(
  source: ByteSource,
  entries: ReadonlyMap<string, SafetensorsEntry>,
  sparse: ReadonlySet<string>,
  isShared: (name: string) => boolean,
): Promise<[string, Tensor][]> {
  const dense = [...entries].filter(([name]) => !isSparseField(name, sparse));
  for (const [name, entry] of dense) {
    if (sparse.has(name)) throw new Error(`${source.name}: ${name}: is both a sparse table and a tensor`);
    floatTypeOf(source, name, entry);
  }
  const tensors: [string, Tensor][] = [];
  for (const [name, entry] of dense) {
    const data = await readFloatTensor({ source, name, entry, shared: isShared(name) });
    source.forget?.(entry.start, entry.start + entry.byteLength);
    tensors.push([name, { data, shape: entry.shape }]);
  }
  return tensors;
}
