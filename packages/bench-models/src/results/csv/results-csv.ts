import { dirname } from 'node:path';
import { readText, writeWhole } from '@ds/files';
import { parse } from 'csv-parse/sync';
import { createArrayCsvStringifier } from 'csv-writer';
import { timesPath } from './times-path.js';

/**
 * The part of a column if the file has another one with its times beside it (`timesPath`), so that equal runs write equal
 * files: a `key` says what a row is about, and is in both; a `time` is only in the other one.
 */
export type ColumnRole = 'key' | 'time';

/** A column of a results file: its heading and the cell of each row. */
export interface ResultsColumn<Row> {
  /** The heading. */
  name: string;
  /** Default: only in the file itself. */
  role?: ColumnRole;
  /** The cell of a row, in a file in `folder`; default: the working directory. */
  cell: (row: Row, folder?: string) => string | number;
}

/** The cells of a CSV file as text, with line numbers (the header is line 1). */
export interface ResultsText {
  /** The names of the columns. */
  header: string[];
  /** The other lines; there may be none, for example in a part without models. */
  records: {
    /** Number of the line, from 1. */
    line: number;
    /** Its cells, as many as the header has. */
    cells: string[];
  }[];
}

/** Formats rows as a CSV with a header and Unix line endings; like in pandas, cells with a comma are quoted. */
function formatResultsCsv<Row>(
  columns: readonly ResultsColumn<Row>[],
  rows: readonly Row[],
  folder: string,
): string {
  return createArrayCsvStringifier({}).stringifyRecords([
    columns.map(({ name }) => name),
    ...rows.map((row) => columns.map(({ cell }) => cell(row, folder))),
  ]);
}

/**
 * Writes a results file atomically, when `makeRows` is done; if some of its columns are times, these go to the file of times
 * beside it. Whether the files can be written is checked before `makeRows` starts, so that an error comes before the work.
 *
 * @throws Error naming `path` if it cannot be written, and errors of `makeRows`; an earlier file then stays as it was.
 */
export async function writeResultsCsv<Row>({
  path,
  columns,
  makeRows,
}: {
  path: string;
  columns: readonly ResultsColumn<Row>[];
  makeRows: () => Promise<Row[]>;
}): Promise<Row[]> {
  let rows: Row[] = [];
  const folder = dirname(path);
  const without = columns.filter(({ role }) => role !== 'time');
  const ofTimes = columns.filter(({ role }) => role !== undefined);
  await writeWhole(path, async (file) => {
    if (without.length === columns.length) rows = await makeRows();
    else {
      await writeWhole(timesPath(path), async (times) => {
        rows = await makeRows();
        await times.writeFile(formatResultsCsv(ofTimes, rows, folder));
      });
    }
    await file.writeFile(formatResultsCsv(without, rows, folder));
  });
  return rows;
}

/** A row takes about 200 bytes; the original's grid has 60. Of short rows, 4 MiB are read in about two seconds. */
const mostCsvBytes = 1 << 22;
const mostRowBytes = 1 << 16;

/**
 * csv-parse counts the characters of cells alone: of a line of commas it would make millions of cells.
 *
 * @throws Error naming the file and the line that is too long.
 */
function checkLineLengths(csvPath: string, content: string): void {
  let start = 0;
  for (let at = 0; at < content.length; at++) {
    const code = content.charCodeAt(at);
    if (code === 10 || code === 13) start = at + 1;
    else if (at - start >= mostRowBytes) {
      const line = content.slice(0, at).split(/\r\n?|\n/).length;
      throw new Error(`${csvPath}: not a CSV: expected at most ${mostRowBytes} characters, found more on line ${line}`);
    }
  }
}

/**
 * Reads the cells of a results file.
 *
 * @throws Error naming the file, and if possible the line, if it cannot be read, is not a CSV, has lines of different
 *   lengths, or is empty.
 */
export async function readResultsText(csvPath: string): Promise<ResultsText> {
  const content = await readText(csvPath, { mostBytes: mostCsvBytes });
  checkLineLengths(csvPath, content);
  let lines: { record: string[]; info: { lines: number } }[];
  try {
    lines = parse(content, {
      info: true,
      bom: true,
      skip_empty_lines: true,
      max_record_size: mostRowBytes,
    }) as unknown as typeof lines;
  } catch (error) {
    throw new Error(`${csvPath}: not a CSV: ${(error as Error).message}`, { cause: error });
  }
  const [header, ...rows] = lines;
  if (header === undefined)
    throw new Error(`${csvPath}: expected a line of column names, found an empty file`);
  return {
    header: header.record,
    records: rows.map(({ record, info }) => ({ line: info.lines, cells: record })),
  };
}
