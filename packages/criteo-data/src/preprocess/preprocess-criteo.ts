import { statSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import {
  appendTo,
  checkOutputs,
  fingerprintOf,
  whileHolding,
  writeTogether,
  ZipWriter,
  type AddFile,
} from '@ds/files';
import { availableThreads } from '@ds/threads';
import { rawDayCountFile } from '../dataset/day-counts.js';
import { dictionariesFileOf, readIdDictionaries } from '../dictionaries/id-dictionaries.js';
import { fingerprintOfColumns, writeIdDictionaries } from '../dictionaries/write-id-dictionaries.js';
import { standardInput } from '../raw/open-raw-file.js';
import { rawPaths } from '../raw/raw-paths.js';
import type { ColumnChoice } from '../raw/rows/column-choice.js';
import { widthsOf, type RowForm } from '../raw/rows/row-form.js';
import type { BadField } from './bad-field.js';
import { dayCountArray } from './day-count-array.js';
import { hasFilePerDay, dayTotals, type CountedPiece } from './day-totals.js';
import { DeflatedSpool } from './deflate/deflated-spool.js';
import { KnownIds } from './ids/known-ids.js';
import { NewIds } from './ids/new-ids.js';
import { openRawRows, type PieceOrigin, type RawRows } from './open-raw-rows.js';
import type { Lines } from './lines/read-lines.js';
import type { ParsedPiece } from './pieces/parse-piece.js';
import { PieceCheckpoints, removeCheckpoints } from './pieces/piece-checkpoints.js';
import { processPieces } from './pieces/process-pieces.js';
import type { Sampling } from './sample-rows.js';
import { firstArrays, writeProcessedFile } from './write-processed-file.js';
import { version } from '../../package.json';

// Larger pieces have fewer distinct values per row to look up; smaller ones fit the CPU's caches better.
const pieceSize = 1 << 23;
/** Below this size, starting threads costs more than it gains. */
const smallFile = 1 << 24;

/** The result of preprocessing. */
export interface PreprocessedCriteo {
  /** Rows in the npz. */
  rows: number;
  /** Distinct values of each categorical column (Criteo has 26); with `dictionaries`, of the earlier rows. */
  counts: Int32Array;
  /** SHA-256 of the id dictionaries, which is in the comment of the npz. */
  idsFingerprint: string;
  /** Path of the written id dictionaries; none with `dictionaries`, or if the output is not a regular file. */
  dictionariesFile?: string;
  /** With `dictionaries`, the number of rows in each categorical column whose category was not in them. */
  unknownRows?: Int32Array;
  /** Rows of each day. */
  dayCounts: number[];
  /** Path of the file with the number of rows of each day, which the original's loader reads; none for rows without labels. */
  dayCountFile: string | undefined;
}

/**
 * Converts raw rows to the processed npz of facebookresearch/dlrm's data_utils.py, with identical arrays for Criteo's rows:
 * X_cat float64 (n, 26), ids by first appearance; X_int int32 (n, 13), missing and negative as 0; y int32 (n), missing for
 * rows without labels; counts int32 (26). Also writes `<raw name up to its first dot>_day_count.npz` next to the raw file. The
 * form of the files is recognised by their content: text in UTF-8 or UTF-16, with tabs or commas, with or without a header
 * and labels, packed or not (gzip, zip, tar, Zstandard). They are read once, in pieces; memory holds only the pieces and the
 * dictionaries of the ids.
 *
 * Also writes `<its name>_dictionaries.npz` next to the npz, for `readIdDictionaries`. With `dictionaries` of earlier rows,
 * those ids are used, for a model that was trained with them, and no dictionaries are written.
 *
 * @throws Error naming the file, the line (from 1) and the field (I3, C17) that cannot be parsed, or the file that
 *   cannot be written. Then no output is left behind.
 */
export async function preprocessCriteo({
  rawDataFile,
  processedDataFile,
  columns,
  member,
  days,
  maxIndRange,
  sampling,
  dictionaries,
  threads,
  checkpointEvery,
  fresh,
  onProgress,
  onNote,
}: {
  /**
   * Path of the rows: `label \t I1..I13 \t C1..C26 \n` or any of the forms above. Several files are read one after another,
   * those of a pattern (`day_*`) in the order of their numbers; `-` is standard input.
   */
  rawDataFile: string | readonly string[];
  /** Path of the npz to write. */
  processedDataFile: string;
  /** The columns to use. Default: Criteo's, by name if a header has them, otherwise by position. */
  columns?: ColumnChoice | undefined;
  /** The file to read from an archive. Default: train.txt, or the only one. */
  member?: string | undefined;
  /** Number of days, at least 2. Default: one per file if the files are days (`day_0`, `day_1`), otherwise 7. */
  days?: number | undefined;
  /** Takes categories modulo this number. Default: unchanged. */
  maxIndRange?: number | undefined;
  /** Drops rows without a click. Default: none. */
  sampling?: Sampling | undefined;
  /**
   * Path of the id dictionaries of earlier rows. Unknown categories get the id of a missing category, or 0 in a column
   * without missing ones. Default: new ids.
   */
  dictionaries?: string | undefined;
  /** Worker threads; 1 works on the calling thread. Default: the available processors, 1 for files below 16 MiB. */
  threads?: number | undefined;
  /**
   * Rows after which finished pieces are kept next to the output, so that an interrupted run can be continued by the same call.
   * Default: nothing is kept.
   */
  checkpointEvery?: number | undefined;
  /** Start over, also where an interrupted run left checkpoints. Default: false. */
  fresh?: boolean | undefined;
  /** Called with the number of bytes of the raw files read and the total. */
  onProgress?: ((done: number, total: number) => void) | undefined;
  /** Called with notes on the files, one sentence each. */
  onNote?: ((note: string) => void) | undefined;
}): Promise<PreprocessedCriteo> {
  checkOptions({ days, maxIndRange, sampling });
  const paths = await rawPaths(rawDataFile);
  const isStandardInput = paths[0] === standardInput;
  if (checkpointEvery !== undefined && (isStandardInput || !isToBeFile(processedDataFile))) {
    const special = isStandardInput ? 'standard input' : processedDataFile;
    throw new Error(`checkpointEvery: expected files to read and to write, found ${special}`);
  }
  const files = hasFilePerDay(paths, days) ? paths.length : undefined;
  const inputs = isStandardInput ? [] : paths;
  const besideRaw = rawDayCountFile(isStandardInput ? [processedDataFile] : paths);
  const dictionariesFile =
    dictionaries === undefined && isToBeFile(processedDataFile)
      ? dictionariesFileOf(processedDataFile)
      : undefined;
  const checkFiles = (dayCountFile?: string) =>
    checkOutputs({
      inputs: [...inputs, dictionaries],
      outputs: [processedDataFile, dayCountFile, dictionariesFile],
    });
  checkFiles();
  const earlier = dictionaries === undefined ? undefined : await readIdDictionaries(dictionaries);
  const raw = await openRawRows({
    paths,
    columns,
    member,
    maxIndRange,
    sampling: sampling?.rate === 0 ? undefined : sampling,
    pieceSize,
    onProgress,
    onNote,
  });
  try {
    const { form } = raw;
    if (sampling && sampling.rate > 0 && form.label === undefined) {
      throw new Error(`${paths[0]}: rows without labels cannot be sampled by them`);
    }
    // Rows for prediction are not split.
    const dayCountFile = form.label === undefined ? undefined : besideRaw;
    checkFiles(dayCountFile);
    if (files !== undefined) onNote?.(`${files} days, one a file`);
    const widths = { ...widthsOf(form), hasLabels: form.label !== undefined };
    const categories = describeCategories(form, maxIndRange);
    if (earlier && earlier.categories !== categories) {
      throw new Error(
        `${dictionaries}: expected the dictionaries of ${shortened(categories)}, found those of ${shortened(earlier.categories)}`,
      );
    }
    const notesChanges = checkpointEvery !== undefined;
    const ids = earlier
      ? new KnownIds(earlier, dictionaries!)
      : new NewIds(widths.categories, { notesChanges });
    let idsFingerprint = '';
    let counted: CountedPiece[] = [];
    let rows = 0;
    let isBad = false;
    const countPiece = (piece: ParsedPiece | BadField): ParsedPiece => {
      const origin = raw.nextOrigin();
      if (!('rows' in piece)) {
        // The rows must change before they can be read: nobody will continue this run.
        isBad = true;
        throw badRow(origin, linesBefore(counted, origin), piece);
      }
      counted.push({ file: origin.file, lines: piece.lines, rows: piece.rows, kept: piece.kept });
      rows += piece.rows;
      return piece;
    };
    let dayCounts: number[] = [];
    let written: PieceCheckpoints | undefined;
    const write = async (file: FileHandle, add: AddFile) => {
      if (!notesChanges && isToBeFile(processedDataFile)) removeCheckpoints(processedDataFile);
      const checkpoints = notesChanges
        ? await PieceCheckpoints.open({
            ...{ output: processedDataFile, every: checkpointEvery, fresh, ids },
            fingerprint: await fingerprintOf(
              { version, pieceSize, paths, columns, member, days, maxIndRange, sampling },
              [...paths, dictionaries],
            ),
          })
        : undefined;
      const spool = checkpoints?.spool ?? (await DeflatedSpool.create(processedDataFile));
      try {
        const finished = checkpoints?.finished.length ?? 0;
        counted = [...(checkpoints?.finished ?? [])];
        rows = counted.reduce((sum, piece) => sum + piece.rows, 0);
        if (finished > 0) onNote?.(`resuming after ${rows} rows; --fresh starts over`);
        await processPieces({
          pieces: await skipPieces(raw, finished),
          threads: threads ?? (!isStandardInput && raw.size < smallFile ? 1 : availableThreads()),
          assignIds: (parsed) => {
            const piece = countPiece(parsed);
            const idsOfPiece = ids.idsOf(piece);
            checkpoints?.assign(counted.length - 1, counted.at(-1)!, ids.lastChange());
            return { piece, ids: idsOfPiece };
          },
          keep: async (piece, arrays, parts) => {
            await spool.add(finished + piece, firstArrays(widths)[arrays], parts);
            await checkpoints?.add(finished + piece);
          },
        });
        await checkpoints?.finish();
        if (rows === 0) {
          const found = counted.some(({ lines }) => lines > 0) ? 'none that is kept' : 'an empty file';
          throw new Error(`${paths.join(', ')}: expected at least one row, found ${found}`);
        }
        dayCounts = dayTotals(counted, { files, days });
        const columns = (ids instanceof NewIds ? ids.dictionaries : []).map((one) => () => one.values());
        idsFingerprint =
          earlier?.fingerprint ??
          (dictionariesFile === undefined
            ? fingerprintOfColumns(columns)
            : await add(dictionariesFile, (other) => writeIdDictionaries(other, columns, categories)));
        if (dayCountFile) {
          await add(dayCountFile, async (other) => {
            const zip = new ZipWriter(appendTo(other));
            await zip.addDeflated('total_per_file.npy', dayCountArray(dayCounts));
            await zip.finish();
          });
        }
        await writeProcessedFile(file, {
          rows,
          widths,
          spool,
          counts: ids.counts,
          idsFingerprint,
          dayCounts: dayCountFile === undefined ? undefined : dayCounts,
        });
        written = checkpoints;
      } finally {
        if (isBad) checkpoints?.remove();
        await spool.close();
      }
    };
    const others = [dayCountFile, dictionariesFile].filter((path) => path !== undefined);
    const outputs = isToBeFile(processedDataFile) ? [processedDataFile, ...others] : others;
    await whileHolding(outputs, async () => {
      await writeTogether((add) => add(processedDataFile, (file) => write(file, add)));
      written?.remove();
    });
    return {
      rows,
      counts: ids.counts,
      idsFingerprint,
      ...(dictionariesFile !== undefined && { dictionariesFile }),
      ...(ids instanceof KnownIds && { unknownRows: ids.unknownRows }),
      dayCounts,
      dayCountFile,
    };
  } finally {
    await raw.close();
  }
}

/** The pieces after those that an earlier run finished. */
async function skipPieces(raw: RawRows, finished: number): Promise<AsyncGenerator<Lines>> {
  const pieces = raw.pieces();
  for (let skipped = 0; skipped < finished; skipped++) {
    await pieces.next();
    raw.nextOrigin();
  }
  return pieces;
}

function checkOptions({
  days,
  maxIndRange,
  sampling,
}: {
  days: number | undefined;
  maxIndRange: number | undefined;
  sampling: Sampling | undefined;
}): void {
  if (days !== undefined && !(Number.isSafeInteger(days) && days >= 2)) {
    throw new Error(`days: expected at least 2, found ${days}: the last one is for testing`);
  }
  if (maxIndRange !== undefined && !(Number.isSafeInteger(maxIndRange) && maxIndRange >= 1)) {
    throw new Error(`maxIndRange: expected a whole number of at least 1, found ${maxIndRange}`);
  }
  if (sampling && !(sampling.rate >= 0 && sampling.rate <= 1)) {
    throw new Error(`sampling.rate: expected a probability in [0, 1], found ${sampling.rate}`);
  }
}

/** Whether a path is or will be a regular file, unlike a device or a FIFO. */
function isToBeFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return true; // it does not exist yet; checkOutputs reports obstacles
  }
}

/** Describes the origin of the categories; files with compatible dictionaries have the same text. */
function describeCategories(form: RowForm, maxIndRange: number | undefined): string {
  const columns = form.categories.map(({ field, last }) =>
    last === undefined ? form.names[field]! : `${form.names[field]!}[-${last}:]`,
  );
  return `${columns.join(',')}${maxIndRange === undefined ? '' : ` modulo ${maxIndRange}`}`;
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 40)}...${text.slice(-17)}` : text;
}

function linesBefore(counted: readonly CountedPiece[], { file, headerLines }: PieceOrigin): number {
  return counted.filter((piece) => piece.file === file).reduce((sum, { lines }) => sum + lines, headerLines);
}

function badRow({ name }: PieceOrigin, before: number, { line, field, expected, found }: BadField): Error {
  const place = field === undefined ? '' : `, field ${field}`;
  return new Error(`${name}: line ${before + line + 1}${place}: expected ${expected}, found ${found}`);
}
