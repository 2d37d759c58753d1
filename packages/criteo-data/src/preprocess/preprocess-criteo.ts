import { statSync } from 'node:fs';
import { checkOutputs, fileSource, whileHolding, writeWhole } from '@ds/files';
import { availableThreads } from '@ds/threads';
import { fieldName } from '../criteo-columns.js';
import { dayCountFileOf } from '../dataset/day-counts.js';
import { rowsPerDay } from '../day-split.js';
import { dictionariesFileOf, readIdDictionaries } from '../dictionaries/id-dictionaries.js';
import { writeIdDictionaries } from '../dictionaries/write-id-dictionaries.js';
import { writeNpz } from '@ds/tensor-files/npz';
import type { BadField } from './bad-field.js';
import { DeflatedSpool } from './deflate/deflated-spool.js';
import { KnownIds } from './known-ids.js';
import { NewIds } from './new-ids.js';
import { processPieces } from './process-pieces.js';
import { readLines } from './lines/read-lines.js';
import { firstArrays, writeProcessedFile } from './write-processed-file.js';

// Larger pieces have fewer distinct values a row to be looked up, smaller ones fit the processor's caches better.
const pieceSize = 1 << 23;
/** Below this size starting threads costs more than they gain. */
const smallFile = 1 << 24;

/** What came out of preprocessing. */
export interface PreprocessedCriteo {
  /** Rows in the npz. */
  rows: number;
  /** Distinct values of each of the 26 categorical columns; with `dictionaries`, of the earlier rows. */
  counts: Int32Array;
  /** SHA-256 of the id dictionaries, which the npz has as the comment of its archive. */
  idsFingerprint: string;
  /** Path of the id dictionaries that were written; none with `dictionaries`, or beside an output that is no file. */
  dictionariesFile?: string;
  /** With `dictionaries`, for each of the 26 categorical columns the rows whose category was not in them. */
  unknownRows?: Int32Array;
  /** Path of the file with the number of rows of each day, which the original's loader reads. */
  dayCountFile: string;
}

/**
 * Turns raw Criteo rows (plain or gzip) into the processed npz of facebookresearch/dlrm's data_utils.py, array
 * by array the same: X_cat float64 (n, 26), ids by first appearance; X_int int32 (n, 13), missing and negative
 * as 0; y int32 (n); counts int32 (26). Beside the raw file goes `<raw name up to its first dot>_day_count.npz`.
 * The file is read once, in pieces; in memory are the pieces and the dictionaries of the ids.
 *
 * Beside the npz goes `<its name>_dictionaries.npz`, which `readIdDictionaries` reads. With `dictionaries` of earlier rows
 * the ids are theirs, for a model that was trained on them; none are written then.
 *
 * @throws Error naming the file, the line (from 1) and the field (I3, C17) that cannot be read, or the file that
 *   cannot be written. No output is left behind then.
 */
export async function preprocessCriteo({
  rawDataFile,
  processedDataFile,
  dictionaries,
  threads,
  onProgress,
}: {
  /** Path of the rows: `label \t I1..I13 \t C1..C26 \n`, as text or gzip. */
  rawDataFile: string;
  /** Path of the npz to be written. */
  processedDataFile: string;
  /**
   * Path of the id dictionaries of earlier rows. Categories that are not in them get the id of a missing category, or 0
   * in a column that had none missing. Default: new ids.
   */
  dictionaries?: string | undefined;
  /** Worker threads; 1 works in the calling thread. Default: the available processors, 1 for a file below 16 MiB. */
  threads?: number;
  /** Called with the number of bytes of the raw file read, and its size. */
  onProgress?: (done: number, total: number) => void;
}): Promise<PreprocessedCriteo> {
  const dayCountFile = dayCountFileOf(rawDataFile);
  const dictionariesFile =
    dictionaries === undefined && isToBeFile(processedDataFile)
      ? dictionariesFileOf(processedDataFile)
      : undefined;
  let rows = 0;

  checkOutputs({
    inputs: [rawDataFile, dictionaries],
    outputs: [processedDataFile, dayCountFile, dictionariesFile],
  });
  const earlier = dictionaries === undefined ? undefined : await readIdDictionaries(dictionaries);
  const ids = earlier ? new KnownIds(earlier, dictionaries!) : new NewIds();
  let idsFingerprint = '';
  const source = await fileSource(rawDataFile);
  const workers = threads ?? (source.size < smallFile ? 1 : availableThreads());
  try {
    await whileHolding([dayCountFile, ...(dictionariesFile ? [dictionariesFile] : [])], () =>
      writeWhole(processedDataFile, async (file) => {
        const spool = await DeflatedSpool.create(processedDataFile);
        try {
          await processPieces({
            pieces: readLines({ source, pieceSize, onProgress }),
            threads: workers,
            assignIds: (piece) => {
              if (!('rows' in piece)) throw badRow(rawDataFile, rows, piece);
              rows += piece.rows;
              return { piece, ids: ids.idsOf(piece) };
            },
            keep: (piece, arrays, parts) => spool.add(piece, firstArrays[arrays], parts),
          });
          if (rows === 0) throw new Error(`${rawDataFile}: expected at least one row, found an empty file`);
          idsFingerprint =
            earlier?.fingerprint ??
            (await writeIdDictionaries(
              dictionariesFile,
              (ids as NewIds).dictionaries.map((dictionary) => () => dictionary.values()),
            ));
          await writeProcessedFile(file, { rows, spool, counts: ids.counts, idsFingerprint });
          const totals = BigInt64Array.from(rowsPerDay(rows), BigInt);
          await writeNpz(dayCountFile, { total_per_file: { data: totals } });
        } finally {
          await spool.close();
        }
      }),
    );
  } finally {
    await source.close();
  }
  return {
    rows,
    counts: ids.counts,
    idsFingerprint,
    ...(dictionariesFile !== undefined && { dictionariesFile }),
    ...(ids instanceof KnownIds && { unknownRows: ids.unknownRows }),
    dayCountFile,
  };
}

/** Whether writing to a path gives a file, beside which others can be: a device or a FIFO is none. */
function isToBeFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return true; // not there yet; what is in the way is found out by checkOutputs
  }
}

function badRow(path: string, rowsBefore: number, { line, field, expected, found }: BadField): Error {
  const place = field === undefined ? '' : `, field ${fieldName(field)}`;
  return new Error(`${path}: line ${rowsBefore + line + 1}${place}: expected ${expected}, found ${found}`);
}
