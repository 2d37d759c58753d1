import { appendTo, writeWhole, ZipWriter } from '@ds/files';
import { formatNpyHeader } from '@ds/tensor-files/npz';
import { categoriesKey, dictionaryName, fingerprinter } from './id-dictionaries.js';

/**
 * Writes the categories of each column in the order of their ids, for `readIdDictionaries`. They are stored uncompressed,
 * because a category is 32 random bits, which do not deflate.
 *
 * @param columns each column's categories, computed on demand
 * @param categories what they belong to, as in `IdDictionaries.categories`
 * @returns their fingerprint
 * @throws Error naming the file if it cannot be written.
 */
export async function writeIdDictionaries(
  path: string | undefined,
  columns: readonly (() => Int32Array)[],
  categories: string,
): Promise<string> {
  const fingerprint = fingerprinter();
  if (path === undefined) {
    for (const values of columns) fingerprint.add(values());
    return fingerprint.finish();
  }
  await writeWhole(path, async (file) => {
    const zip = new ZipWriter(appendTo(file));
    for (const [column, valuesOf] of columns.entries()) {
      const values = valuesOf();
      fingerprint.add(values);
      const header = formatNpyHeader({ dtype: 'int32', shape: [values.length], fortranOrder: false });
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      await zip.addStored(`${dictionaryName(column)}.npy`, [header, bytes], { align: 64 });
    }
    await zip.finish({ comment: JSON.stringify({ [categoriesKey]: categories }) });
  });
  return fingerprint.finish();
}
