import type { CellType } from './cell-types.js';
import { dirname } from 'node:path';
import { readResultsText, type ColumnRole, type ResultsColumn } from './results-csv.js';
import { readTimes } from './times-file.js';

/** How a field of a row is stored in a results file. */
export interface Field<Value> {
  /** The name of its column. */
  column: string;
  /** Its part in a file with times beside it, see `ResultsColumn`. */
  role?: ColumnRole;
  /** The type of its cells. */
  cell: CellType<Value>;
  /** Whether cells may be empty (the value is then undefined); may depend on the row's other cells. Default false. */
  mayBeEmpty?: boolean | ((cellOf: (column: string) => string | undefined) => boolean);
  /** Whether a file may lack the column, as the original's lack ours (the value is then undefined). Default false. */
  mayBeAbsent?: boolean;
}

/** The fields of a row, in the order of their columns. */
export type ResultsSchema<Row> = { [Name in keyof Row]-?: Field<Exclude<Row[Name], undefined>> };

/** The columns that a schema describes, for `writeResultsCsv`. */
export function columnsOf<Row extends object>(schema: ResultsSchema<Row>): ResultsColumn<Row>[] {
  return fieldsOf(schema).map(([name, { column, cell, role }]) => ({
    name: column,
    ...(role && { role }),
    cell: (row, folder = '.') => {
      const value = row[name as keyof Row];
      return value === undefined ? '' : cell.format(value, folder);
    },
  }));
}

/**
 * Reads a results file, and the file of times beside it if there is one, into rows of typed values; columns that are not in
 * the schema are ignored. Without the times, their values are undefined.
 *
 * @throws Error naming the file, and if possible the line and column, if the file cannot be read, lacks a column or rows, or
 *   has an invalid cell.
 */
export async function readResultsCsv<Row extends object>(
  csvPath: string,
  schema: ResultsSchema<Row>,
): Promise<Row[]> {
  const { header, records } = await readResultsText(csvPath);
  const fields = fieldsOf(schema);
  const required = fields
    .filter(([, { mayBeAbsent, role }]) => !mayBeAbsent && role !== 'time')
    .map(([, { column }]) => column);
  const missing = required.filter((column) => !header.includes(column));
  if (missing.length > 0) {
    throw new Error(
      `${csvPath}: expected the columns ${required.join(', ')}; missing ${missing.join(', ')}; found ${header.join(', ')}`,
    );
  }
  if (records.length === 0) throw new Error(`${csvPath}: expected a row for each model, found none`);
  const columnsWith = (role: ColumnRole) =>
    fields.filter(([, field]) => field.role === role).map(([, { column }]) => column);
  const timesAreApart = columnsWith('time').some((column) => !header.includes(column));
  const times = timesAreApart
    ? await readTimes(csvPath, { header, records, keys: columnsWith('key') })
    : undefined;
  const folder = dirname(csvPath);
  return records.map(({ line, cells }, row) => {
    const cellOf = (column: string) => cells[header.indexOf(column)] ?? times?.[row]!.cellOf(column);
    const values = fields.flatMap(([name, { column, cell, mayBeEmpty }]) => {
      const found = cellOf(column);
      if (found === undefined) return [];
      const isOptional = typeof mayBeEmpty === 'function' ? mayBeEmpty(cellOf) : mayBeEmpty;
      if (isOptional && found.trim() === '') return [];
      const value = cell.parse(found, folder);
      if (value === undefined) {
        const place = header.includes(column) ? `${csvPath} line ${line}` : times![row]!.place;
        throw new Error(`${place}: ${column}: expected ${cell.expected}, found '${found}'`);
      }
      return [[name, value]];
    });
    return Object.fromEntries(values) as Row;
  });
}

function fieldsOf<Row>(schema: ResultsSchema<Row>): [string, Field<unknown>][] {
  return Object.entries(schema) as [string, Field<unknown>][];
}
