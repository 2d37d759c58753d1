import type { FileHandle } from 'node:fs/promises';
import { appendTo, ZipWriter } from '@ds/files';
import { formatNpyHeader } from '@ds/tensor-files/npz';
import { categoriesKey, dictionaryName, fingerprinter } from './id-dictionaries.js';

/**
 * Writes the categories of each column in the order of their ids, for `readIdDictionaries`. They are stored uncompressed,
 * because a category is 32 random bits, which do not deflate.
 *
 * @param columns each column's categories, computed on demand
 * @param categories what they belong to, as in `IdDictionaries.categories`
 * @returns their fingerprint
 */
export async function writeIdDictionaries(
  file: FileHandle,
  columns: readonly (() => Int32Array)[],
  categories: string,
): Promise<string> {
  const fingerprint = fingerprinter();
  const zip = new ZipWriter(appendTo(file));
  for (const [column, valuesOf] of columns.entries()) {
    const values = valuesOf();
    fingerprint.add(values);
    const header = formatNpyHeader({ dtype: 'int32', shape: [values.length], fortranOrder: false });
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    await zip.addStored(`${dictionaryName(column)}.npy`, [header, bytes], { align: 64 });
  }
  await zip.finish({ comment: JSON.stringify({ [categoriesKey]: categories }) });
  return fingerprint.finish();
}

/** The fingerprint of dictionaries that are not written. */
export function fingerprintOfColumns(columns: readonly (() => Int32Array)[]): string {
  const fingerprint = fingerprinter();
  for (const valuesOf of columns) fingerprint.add(valuesOf());
  return fingerprint.finish();
}
