import type { SparseBitmaps } from '@ds/data-sparsifier';
import type { ByteSource } from '@ds/files';
import { allocateFloats } from '../../values/float-bytes.js';
import { bytesAt, type SafetensorsEntry } from '../read-safetensors-header.js';
import { checkSparseFields } from './sparse-table-like.js';

const dtypes = { shape: 'I64', block_shape: 'I64', compressed: 'F32', row_bitmask: 'U8', bitmask: 'U8' };
// Each row takes a bit in the file, but nothing in the file backs the width of rows.
const widestRow = 1 << 16;
type Field = keyof typeof dtypes;

/** The names of the sparse tables in a safetensors header. */
export function sparseTableNames(entries: ReadonlyMap<string, SafetensorsEntry>): string[] {
  return [...entries.keys()]
    .filter((name) => name.endsWith('.compressed'))
    .map((name) => name.slice(0, -'.compressed'.length));
}

/** Whether an entry is a field of one of these sparse tables. */
export function isSparseField(entry: string, tables: ReadonlySet<string>): boolean {
  const dot = entry.lastIndexOf('.');
  return Object.hasOwn(dtypes, entry.slice(dot + 1)) && tables.has(entry.slice(0, dot));
}

/**
 * Reads one sparse table of a file of `saveSparseCheckpoint`.
 *
 * @throws Error naming the source and a field that is missing, has another dtype, or disagrees with the others.
 */
export async function readSparseTable(
  source: ByteSource,
  entries: ReadonlyMap<string, SafetensorsEntry>,
  name: string,
): Promise<SparseBitmaps> {
  const fail = (field: Field, message: string) => new Error(`${source.name}: ${name}.${field}: ${message}`);
  const entryOf = (field: Field): SafetensorsEntry => {
    const entry = entries.get(`${name}.${field}`);
    if (!entry) throw fail(field, 'is missing from a sparse table');
    if (entry.dtype !== dtypes[field]) throw fail(field, `expected ${dtypes[field]}, found ${entry.dtype}`);
    return entry;
  };
  const pair = async (field: Field): Promise<[number, number]> => {
    const entry = entryOf(field);
    if (entry.byteLength !== 16) throw fail(field, `expected 2 numbers, found ${entry.byteLength / 8}`);
    const values = new BigInt64Array(2);
    await bytesAt(source, entry).readInto(new Uint8Array(values.buffer));
    const [first, second] = [...values].map(Number) as [number, number];
    const isValid = [first, second, first * second].every((n) => Number.isSafeInteger(n) && n >= 0);
    if (!isValid) throw fail(field, `expected two sizes, found (${values.join(', ')})`);
    return [first, second];
  };
  const bytes = async (field: Field): Promise<Uint8Array> => {
    const entry = entryOf(field);
    const target = new Uint8Array(entry.byteLength);
    await bytesAt(source, entry).readInto(target);
    source.forget?.(entry.start, entry.start + entry.byteLength);
    return target;
  };

  const [rows, dim] = await pair('shape');
  const [blockHeight, blockWidth] = await pair('block_shape');
  if (dim < 1 || dim > widestRow) {
    throw fail('shape', `expected 1 to ${widestRow} values in a row, found ${dim}`);
  }
  if (blockHeight !== 1 || blockWidth < 1) {
    throw fail('block_shape', `expected (1, k), found (${blockHeight}, ${blockWidth})`);
  }
  const compressed = entryOf('compressed');
  const values = allocateFloats(`${source.name}: ${name}`, compressed.byteLength / 4, { shared: false });
  await bytesAt(source, compressed).readInto(new Uint8Array(values.buffer));
  source.forget?.(compressed.start, compressed.start + compressed.byteLength);
  const table: SparseBitmaps = {
    rows,
    dim,
    blockWidth,
    rowBits: await bytes('row_bitmask'),
    blockBits: await bytes('bitmask'),
    values,
  };
  checkSparseFields(`${source.name}: ${name}`, table);
  return table;
}
