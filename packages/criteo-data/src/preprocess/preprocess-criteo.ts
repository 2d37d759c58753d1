import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { appendTo, writeWhole, ZipWriter } from '@ds/files';
import { availableThreads } from '@ds/threads';
import { categoricalColumns, fieldName, integerColumns } from '../criteo-columns.js';
import { rowsPerDay } from '../day-split.js';
import { inOrder } from '../in-order.js';
import { formatNpyHeader, type NpyHeader } from '../npz/npy-format.js';
import { writeNpz } from '../npz/write-npz.js';
import { ColumnSpool } from './column-spool.js';
import { IdDictionary } from './id-dictionary.js';
import { numberRows, type NumberedRows } from './number-rows.js';
import type { BadField } from './parse-rows.js';
import { readLines } from './read-lines.js';

const pieceSize = 1 << 22;
/** Below this size starting threads costs more than they gain. */
const smallFile = 1 << 23;

/** What came out of preprocessing. */
export interface PreprocessedCriteo {
  rows: number;
  /** Distinct values of each of the 26 categorical columns. */
  counts: Int32Array;
  /** Path of the file with the number of rows of each day, which the original's loader reads. */
  dayCountFile: string;
}

/**
 * Turns raw Criteo rows (plain or gzip) into the processed npz of facebookresearch/dlrm's data_utils.py, array
 * by array the same: X_cat float64 (n, 26), ids by first appearance; X_int int32 (n, 13), missing and negative
 * as 0; y int32 (n); counts int32 (26). Beside the raw file goes `<raw name up to its first dot>_day_count.npz`.
 * The file is read once, in pieces; in memory are the pieces and the dictionaries of the ids.
 *
 * @throws Error naming the file, the line (from 1) and the field (I3, C17) that cannot be read, or the file that
 *   cannot be written. No output is left behind then.
 */
export async function preprocessCriteo({
  rawDataFile,
  processedDataFile,
  threads,
  onProgress,
}: {
  /** Path of the rows: `label \t I1..I13 \t C1..C26 \n`, as text or gzip. */
  rawDataFile: string;
  /** Path of the npz to be written. */
  processedDataFile: string;
  /** Worker threads; 1 works in the calling thread. Default: the available processors. */
  threads?: number;
  /** Called with the number of bytes of the raw file read, and its size. */
  onProgress?: (done: number, total: number) => void;
}): Promise<PreprocessedCriteo> {
  const size = await stat(rawDataFile).then(
    (found) => found.size,
    () => 0,
  );
  const workers = threads ?? (size < smallFile ? 1 : availableThreads());
  const dayCountFile = join(dirname(rawDataFile), `${basename(rawDataFile).split('.')[0]}_day_count.npz`);
  const dictionaries = Array.from({ length: categoricalColumns }, () => new IdDictionary());
  let rows = 0;

  await writeWhole(processedDataFile, async (file) => {
    const spool = await ColumnSpool.create(processedDataFile);
    try {
      const pieces = inOrder({
        worker: new URL('./preprocess.worker.js', import.meta.url),
        run: numberRows,
        tasks: tasksOf(readLines({ path: rawDataFile, pieceSize, onProgress })),
        threads: workers,
      });
      for await (const piece of pieces) {
        if (!('rows' in piece)) throw badRow(rawDataFile, spool.rows, piece);
        toIds(piece, dictionaries);
        await spool.add(piece.rows, piece.categories, piece.integers, piece.labels);
      }
      rows = spool.rows;
      if (rows === 0) throw new Error(`${rawDataFile}: expected at least one row, found an empty file`);
      await writeArrays(new ZipWriter(appendTo(file)), spool, dictionaries, workers);
      const totals = BigInt64Array.from(rowsPerDay(rows), BigInt);
      await writeNpz(dayCountFile, { total_per_file: { data: totals } });
    } finally {
      await spool.close();
    }
  });
  return { rows, counts: countsOf(dictionaries), dayCountFile };
}

function countsOf(dictionaries: readonly IdDictionary[]): Int32Array {
  return Int32Array.from(dictionaries, ({ size }) => size);
}

async function* tasksOf(pieces: AsyncIterable<Uint8Array<ArrayBuffer>>) {
  for await (const input of pieces) yield { input, transfer: [input.buffer] };
}

/** Replaces the numbers of a piece by the ids of the whole file. */
function toIds({ rows, categories, distinct }: NumberedRows, dictionaries: readonly IdDictionary[]): void {
  distinct.forEach((values, column) => {
    const dictionary = dictionaries[column]!;
    const ids = values.map((value) => dictionary.idOf(value));
    const end = (column + 1) * rows;
    for (let i = column * rows; i < end; i++) categories[i] = ids[categories[i]!]!;
  });
}

function badRow(path: string, rowsBefore: number, { line, field, expected, found }: BadField): Error {
  const place = field === undefined ? '' : `, field ${fieldName(field)}`;
  return new Error(`${path}: line ${rowsBefore + line + 1}${place}: expected ${expected}, found ${found}`);
}

async function writeArrays(
  zip: ZipWriter,
  spool: ColumnSpool,
  dictionaries: readonly IdDictionary[],
  threads: number,
): Promise<void> {
  const { rows } = spool;
  const add = (name: string, header: NpyHeader, values: AsyncIterable<Int32Array>) =>
    zip.addDeflated(`${name}.npy`, npyParts(header, values), { level: 1, threads });
  const int32 = (shape: number[]): NpyHeader => ({ dtype: 'int32', shape, fortranOrder: false });
  // Column by column, as NumPy writes the transposed array of data_utils.py.
  const ids: NpyHeader = { dtype: 'float64', shape: [rows, categoricalColumns], fortranOrder: true };
  await add('X_cat', ids, spool.ids());
  await add('X_int', int32([rows, integerColumns]), spool.integers());
  await add('y', int32([rows]), spool.labels());
  await add(
    'counts',
    int32([categoricalColumns]),
    (async function* () {
      yield countsOf(dictionaries);
    })(),
  );
  await zip.finish();
}

async function* npyParts(header: NpyHeader, values: AsyncIterable<Int32Array>): AsyncGenerator<Uint8Array> {
  yield formatNpyHeader(header);
  for await (const piece of values) {
    const elements = header.dtype === 'float64' ? new Float64Array(piece) : piece;
    yield new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength);
  }
}
