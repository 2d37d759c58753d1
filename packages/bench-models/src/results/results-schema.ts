import type { CellType } from './cell-types.js';
import { readResultsText, type ResultsColumn } from './results-csv.js';

/** How a field of a row is stored in a results file. */
export interface Field<Value> {
  /** The name of its column. */
  column: string;
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
  return fieldsOf(schema).map(([name, { column, cell }]) => ({
    name: column,
    cell: (row) => {
      const value = row[name as keyof Row];
      return value === undefined ? '' : cell.format(value);
    },
  }));
}

/**
 * Reads a results file into rows of typed values; columns that are not in the schema are ignored.
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
  const required = fields.filter(([, { mayBeAbsent }]) => !mayBeAbsent).map(([, { column }]) => column);
  const missing = required.filter((column) => !header.includes(column));
  if (missing.length > 0) {
    throw new Error(
      `${csvPath}: expected the columns ${required.join(', ')}; missing ${missing.join(', ')}; found ${header.join(', ')}`,
    );
  }
  if (records.length === 0) throw new Error(`${csvPath}: expected a row for each model, found none`);
  return records.map(({ line, cells }) => {
    const cellOf = (column: string) => cells[header.indexOf(column)];
    const values = fields.flatMap(([name, { column, cell, mayBeEmpty }]) => {
      const found = cellOf(column);
      if (found === undefined) return [];
      const isOptional = typeof mayBeEmpty === 'function' ? mayBeEmpty(cellOf) : mayBeEmpty;
      if (isOptional && found.trim() === '') return [];
      const value = cell.parse(found);
      if (value === undefined)
        throw new Error(`${csvPath} line ${line}: ${column}: expected ${cell.expected}, found '${found}'`);
      return [[name, value]];
    });
    return Object.fromEntries(values) as Row;
  });
}

function fieldsOf<Row>(schema: ResultsSchema<Row>): [string, Field<unknown>][] {
  return Object.entries(schema) as [string, Field<unknown>][];
}
