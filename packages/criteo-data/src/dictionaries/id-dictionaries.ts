import { createHash } from 'node:crypto';
import { openNpz, readNpz } from '@ds/tensor-files/npz';
import { fieldName, integerColumns } from '../criteo-columns.js';

/** Which category has which id, of all categorical columns: what makes the rows of a model's tables mean something. */
export interface IdDictionaries {
  /**
   * For each categorical column (Criteo has 26) its categories in the order of their ids: `values[c][id]` is the hex digits of
   * the raw file as an int32, 0 for a missing one.
   */
  values: readonly Int32Array[];
  /** What they are of: the names of the columns, and `modulo <n>` where `maxIndRange` was given. */
  categories: string;
  /** SHA-256 over each column's number of categories and its categories, as int32 little-endian: 64 hex digits. */
  fingerprint: string;
}

/** The key of a file's metadata whose text is the fingerprint of the id dictionaries. */
export const idsMetadataKey = 'ids_sha256';

/** Where `preprocessCriteo` writes the dictionaries of a processed file: `day.npz` has `day_dictionaries.npz` beside it. */
export function dictionariesFileOf(processedDataFile: string): string {
  return `${processedDataFile.replace(/\.npz$/i, '')}_dictionaries.npz`;
}

/** The key of a dictionary file's metadata whose text says what the categories are of. */
export const categoriesKey = 'categories';

/** The array of a column in the file of the dictionaries: `C1`, `C2` and on. */
export function dictionaryName(column: number): string {
  return fieldName(1 + integerColumns + column);
}

/** Takes the categories of the columns one after another, and gives the fingerprint of all of them. */
export function fingerprinter(): { add: (values: Int32Array) => void; finish: () => string } {
  const hash = createHash('sha256');
  return {
    add(values) {
      hash.update(new Uint8Array(Int32Array.of(values.length).buffer));
      hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    },
    finish: () => hash.digest('hex'),
  };
}

/**
 * Reads the id dictionaries that `preprocessCriteo` wrote beside a processed file: an npz with an int32 array for each
 * categorical column, `C1` and on, of the column's categories in the order of their ids.
 *
 * @throws Error naming the file and the array that is missing or none of such categories.
 */
export async function readIdDictionaries(path: string): Promise<IdDictionaries> {
  const arrays = await readNpz(path);
  const fingerprint = fingerprinter();
  const columns = Math.max(1, Object.keys(arrays).length);
  const values = Array.from({ length: columns }, (_, column) => {
    const name = dictionaryName(column);
    const array = arrays[name];
    const fail = (found: string) =>
      new Error(`${path}: array "${name}": expected the categories of a column as int32 (n), found ${found}`);
    if (!array) throw fail(`none; the file has ${Object.keys(arrays).slice(0, 5).join(', ')}`);
    const { dtype, shape } = array;
    if (dtype !== 'int32' || shape.length !== 1) throw fail(`${dtype} (${shape.join(', ')})`);
    const data = array.data as Int32Array;
    fingerprint.add(data);
    return data;
  });
  return { values, categories: await categoriesIn(path, columns), fingerprint: fingerprint.finish() };
}

async function categoriesIn(path: string, columns: number): Promise<string> {
  const npz = await openNpz(path);
  await npz.close();
  try {
    const { [categoriesKey]: categories } = JSON.parse(npz.comment) as Record<string, unknown>;
    if (typeof categories === 'string') return categories;
  } catch {
    // Nothing of the kind: written without it.
  }
  return Array.from({ length: columns }, (_, column) => dictionaryName(column)).join();
}
