import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';

/** How the cells of one column are read. */
export interface Column<Value> {
  /** What a cell holds, for the error of one that does not: `a number from 0 to 1`. */
  expected: string;
  /** The cell's value, or undefined where the cell does not hold what is expected. */
  parse: (cell: string) => Value | undefined;
}

/** Where a field of a row comes from. */
export interface Field<Value> {
  /** The column's name in the file. */
  column: string;
  cell: Column<Value>;
  /** Whether cells may be empty, the value then being undefined. Default false. */
  mayBeEmpty?: boolean;
  /** Whether the file may lack the column, every value then being undefined. Default false. */
  mayBeAbsent?: boolean;
}

/** The fields of a row. */
export type Fields<Row> = { [Name in keyof Row]-?: Field<Exclude<Row[Name], undefined>> };

/** The cells of a CSV file as text, each with the number of its line (the header's is 1). */
export interface ResultsText {
  header: string[];
  records: { line: number; cells: string[] }[];
}

/**
 * Reads the cells of a results file; there may be no line but the header, as in a part without models.
 *
 * @throws Error naming the file, and the line where there is one: when it cannot be read, is not a CSV, has
 *   lines of different lengths, or is empty.
 */
export async function readResultsText(csvPath: string): Promise<ResultsText> {
  const text = await readFile(csvPath, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const reasons: Record<string, string> = {
      ENOENT: 'no such file',
      EISDIR: 'expected a file, found a folder',
    };
    throw new Error(`cannot read ${csvPath}: ${reasons[error.code ?? ''] ?? error.message}`, {
      cause: error,
    });
  });
  let lines: { record: string[]; info: { lines: number } }[];
  try {
    lines = parse(text, { info: true, bom: true, skip_empty_lines: true }) as unknown as typeof lines;
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

/**
 * Reads a results file into rows of typed values; columns that `fields` does not name are passed over.
 *
 * @throws Error naming the file, line and column when the file cannot be read, lacks a column or rows, or a cell
 *   does not hold what its column expects.
 */
export async function readResultsTable<Row>(csvPath: string, fields: Fields<Row>): Promise<Row[]> {
  const { header, records } = await readResultsText(csvPath);
  const named = Object.entries(fields) as [string, Field<unknown>][];
  const missing = named
    .filter(([, { column, mayBeAbsent }]) => !mayBeAbsent && !header.includes(column))
    .map(([, { column }]) => column);
  if (missing.length > 0) {
    throw new Error(
      `${csvPath} line 1: missing column${missing.length > 1 ? 's' : ''} ${missing.join(', ')}; found ${header.join(', ')}`,
    );
  }
  if (records.length === 0) throw new Error(`${csvPath}: expected rows after the column names, found none`);
  return records.map(({ line, cells }) => {
    const values = named.flatMap(([name, { column, cell, mayBeEmpty }]) => {
      const text = cells[header.indexOf(column)];
      if (text === undefined || (mayBeEmpty && text.trim() === '')) return [];
      const value = cell.parse(text);
      if (value === undefined)
        throw new Error(`${csvPath} line ${line}: ${column}: expected ${cell.expected}, found '${text}'`);
      return [[name, value]];
    });
    return Object.fromEntries(values) as Row;
  });
}

/** Any text but an empty one. */
export const text: Column<string> = {
  expected: 'a word',
  parse: (cell) => cell.trim() || undefined,
};

/** A finite number of at least `minimum` and at most `maximum`. */
export function numberBetween(minimum: number, maximum = Infinity): Column<number> {
  const atLeast = minimum === -Infinity ? '' : ` of at least ${minimum}`;
  const atMost = maximum === Infinity ? '' : ` and at most ${maximum}`;
  return {
    expected: minimum === 0 && maximum === 1 ? 'a number from 0 to 1' : `a number${atLeast}${atMost}`,
    parse(cell) {
      const value = Number(cell);
      const isNumber = cell.trim() !== '' && Number.isFinite(value);
      return isNumber && value >= minimum && value <= maximum ? value : undefined;
    },
  };
}
