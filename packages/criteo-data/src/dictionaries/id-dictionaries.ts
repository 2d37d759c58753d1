import { createHash } from 'node:crypto';
import { openNpz, readNpz } from '@ds/tensor-files/npz';
import { fieldName, integerColumns } from '../criteo-columns.js';

/** The mapping of categories to ids in all categorical columns, which gives the rows of a model's tables their meaning. */
export interface IdDictionaries {
  /**
   * For each categorical column (Criteo has 26), its categories in the order of their ids: `values[c][id]` is the hex digits
   * in the raw file as an int32, 0 for a missing category.
   */
  values: readonly Int32Array[];
  /** What the categories belong to: the names of the columns, and `modulo <n>` if `maxIndRange` was given. */
  categories: string;
  /** SHA-256 over each column's number of categories and its categories, as int32 little-endian: 64 hex digits. */
  fingerprint: string;
}

/** The metadata key of a file for the fingerprint of the id dictionaries. */
export const idsMetadataKey = 'ids_sha256';

/** The metadata of a checkpoint that was trained on rows with these ids; nothing where the rows do not say which they have. */
export function idsMetadata(idsFingerprint: string | undefined): Record<string, string> {
  return idsFingerprint === undefined ? {} : { [idsMetadataKey]: idsFingerprint };
}

/** The dictionary file that `preprocessCriteo` writes for a processed file: `day_dictionaries.npz` next to `day.npz`. */
export function dictionariesFileOf(processedDataFile: string): string {
  return `${processedDataFile.replace(/\.npz$/i, '')}_dictionaries.npz`;
}

/** The metadata key of a dictionary file for what the categories belong to. */
export const categoriesKey = 'categories';

/** The array of a column in the dictionary file: `C1`, `C2` and so on. */
export function dictionaryName(column: number): string {
  return fieldName(1 + integerColumns + column);
}

/** Computes the fingerprint of all columns from their categories, added one column after another. */
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
 * Reads the id dictionaries that `preprocessCriteo` wrote next to a processed file: an npz with an int32 array for each
 * categorical column, `C1` and so on, with the column's categories in the order of their ids.
 *
 * @throws Error naming the file and an array that is missing or invalid.
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
    // The file was written without it.
  }
  return Array.from({ length: columns }, (_, column) => dictionaryName(column)).join();
}
