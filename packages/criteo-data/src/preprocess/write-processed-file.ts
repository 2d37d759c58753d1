import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { joinedWrites, ZipWriter } from '@ds/files';
import { rowsPerDay } from '../dataset/day-split.js';
import { formatComment } from '../dataset/processed-comment.js';
import { formatNpyHeader, type NpyHeader } from '@ds/tensor-files/npz';
import { dayCountArray } from './day-count-array.js';
import type { DeflatedSpool } from './deflate/deflated-spool.js';

/** Columns of the arrays, and whether there are labels. */
export interface ArrayWidths {
  integers: number;
  categories: number;
  hasLabels: boolean;
}

/** Where in the spool the arrays of each stage begin: the categorical columns; integers and labels. */
export function firstArrays({ categories }: ArrayWidths): { categories: number; integersAndLabels: number } {
  return { categories: 0, integersAndLabels: categories };
}

/** An empty last block with fixed Huffman codes (RFC 1951): the end of a deflate stream. */
const endOfStream = Uint8Array.of(0x03, 0x00);

/**
 * Writes the npz from its deflated parts; one of rows without labels has no `y`. The fingerprint of its ids is the
 * comment of the archive.
 */
export async function writeProcessedFile(
  file: FileHandle,
  {
    rows,
    widths,
    spool,
    counts,
    idsFingerprint,
    dayCounts,
  }: {
    rows: number;
    widths: ArrayWidths;
    spool: DeflatedSpool;
    counts: Int32Array;
    idsFingerprint: string;
    /** The rows of each day, of rows that are split into days. */
    dayCounts?: readonly number[] | undefined;
  },
): Promise<void> {
  const { append, flush } = joinedWrites(file);
  const zip = new ZipWriter(append);
  const add = async (name: string, header: NpyHeader, arrays: readonly number[]) => {
    const start = formatNpyHeader(header);
    const totals = spool.totals(arrays, { size: start.length, crc: crc32(start) });
    await zip.addPredeflated(`${name}.npy`, streamOf(start, spool.read(arrays)), totals);
  };
  const int32 = (shape: number[]): NpyHeader => ({ dtype: 'int32', shape, fortranOrder: false });
  const categories = Array.from({ length: widths.categories }, (_, column) => column);
  const { integersAndLabels: integers } = firstArrays(widths);
  // Column by column, as NumPy writes the transposed array of data_utils.py.
  const shape = [rows, widths.categories];
  await add('X_cat', { dtype: 'float64', shape, fortranOrder: true }, categories);
  await add('X_int', int32([rows, widths.integers]), [integers]);
  if (widths.hasLabels) await add('y', int32([rows]), [integers + 1]);
  const countBytes = new Uint8Array(counts.buffer, counts.byteOffset, counts.byteLength);
  await zip.addDeflated('counts.npy', [formatNpyHeader(int32([widths.categories])), countBytes]);
  // The comment alone where the original's loader needs no array: without one, it takes the same days.
  if (dayCounts && dayCounts.join() !== rowsPerDay(rows).join()) {
    await zip.addDeflated('total_per_file.npy', dayCountArray(dayCounts));
  }
  await zip.finish({ comment: formatComment({ idsFingerprint, dayCounts }) });
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
