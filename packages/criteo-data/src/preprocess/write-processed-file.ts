import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { gatherTo, ZipWriter } from '@ds/files';
import { categoricalColumns, integerColumns } from '../criteo-columns.js';
import { idsMetadataKey } from '../dictionaries/id-dictionaries.js';
import { formatNpyHeader, type NpyHeader } from '@ds/tensor-files/npz';
import type { DeflatedSpool } from './deflate/deflated-spool.js';

const categories = Array.from({ length: categoricalColumns }, (_, column) => column);
const integers = categoricalColumns;
const labels = categoricalColumns + 1;

/** Where in the spool the arrays of each stage begin: 26 columns; integers and labels. */
export const firstArrays = { categories: 0, integersAndLabels: integers };

/** An empty last block with fixed Huffman codes (RFC 1951): the end of a deflate stream. */
const endOfStream = Uint8Array.of(0x03, 0x00);

/** Writes the npz from its deflated parts; the fingerprint of its ids is the comment of the archive. */
export async function writeProcessedFile(
  file: FileHandle,
  {
    rows,
    spool,
    counts,
    idsFingerprint,
  }: { rows: number; spool: DeflatedSpool; counts: Int32Array; idsFingerprint: string },
): Promise<void> {
  const { append, flush } = gatherTo(file);
  const zip = new ZipWriter(append);
  const add = async (name: string, header: NpyHeader, arrays: readonly number[]) => {
    const start = formatNpyHeader(header);
    const totals = spool.totals(arrays, { size: start.length, crc: crc32(start) });
    await zip.addPredeflated(`${name}.npy`, streamOf(start, spool.read(arrays)), totals);
  };
  const int32 = (shape: number[]): NpyHeader => ({ dtype: 'int32', shape, fortranOrder: false });
  // Column by column, as NumPy writes the transposed array of data_utils.py.
  await add('X_cat', { dtype: 'float64', shape: [rows, categoricalColumns], fortranOrder: true }, categories);
  await add('X_int', int32([rows, integerColumns]), [integers]);
  await add('y', int32([rows]), [labels]);
  const countBytes = new Uint8Array(counts.buffer, counts.byteOffset, counts.byteLength);
  await zip.addDeflated('counts.npy', [formatNpyHeader(int32([categoricalColumns])), countBytes]);
  await zip.finish({ comment: JSON.stringify({ [idsMetadataKey]: idsFingerprint }) });
  await flush();
}

/** One deflate stream: a start that is stored, deflated blocks, and the end. */
async function* streamOf(start: Uint8Array, blocks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const storedBlock = new Uint8Array(5);
  const lengths = new DataView(storedBlock.buffer, 1);
  lengths.setUint16(0, start.length, true);
  lengths.setUint16(2, ~start.length, true);
  yield storedBlock;
  yield start;
  yield* blocks;
  yield endOfStream;
}
