import type { ByteSource } from '@ds/files';
import type { ReadOptions } from '../format.js';
import type { Tensor } from '../state-dict.js';
import { allocateFloats } from '../float-bytes.js';
import { isSparseField, readSparseTable, sparseTableNames } from './sparse/read-sparse-tables.js';
import { expandBitmaps, type SparseBitmaps } from './sparse/sparse-bitmaps.js';
import { floatTypeOf, readFloatTensor } from './read-float-tensor.js';
import { readSafetensorsHeader, type SafetensorsEntry } from './read-safetensors-header.js';

/**
 * Reads the tensors of a safetensors file (https://huggingface.co/docs/safetensors), F32, F16, BF16 or F64, its sparse
 * tables first: as `sparseTable` makes them, else as dense tensors.
 *
 * @throws Error naming the source and the tensor: a header that is no such JSON or too long, an unknown dtype,
 *   a shape that does not fit its bytes, tensors that overlap, leave a hole or end beyond the file, and sparse
 *   tables whose fields do not agree.
 */
export async function readSafetensors<Table = never>(
  source: ByteSource,
  { isShared, sparseTable }: ReadOptions<Table>,
): Promise<Record<string, Tensor | Table>> {
  const entries = await readSafetensorsHeader(source);
  const sparse = sparseTableNames(entries);
  const tensors: [string, Tensor | Table][] = [];
  for (const name of sparse) {
    const table = await readSparseTable(source, entries, name);
    tensors.push([
      name,
      sparseTable ? sparseTable(table, name) : denseTable(`${source.name}: ${name}`, table, isShared(name)),
    ]);
  }
  tensors.push(...(await readDenseTensors(source, entries, new Set(sparse), isShared)));
  return Object.fromEntries(tensors);
}

function denseTable(name: string, table: SparseBitmaps, shared: boolean): Tensor {
  const { rows, dim } = table;
  const data = allocateFloats(name, rows * dim, { shared });
  expandBitmaps(table, data);
  return { data, shape: [rows, dim] };
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
