import { writeWhole } from '@ds/files';
import { createArrayCsvStringifier } from 'csv-writer';

/** A column of a results file: its heading and the cell of each row. */
export interface ResultsColumn<Row> {
  /** The heading. */
  name: string;
  /** The cell of a row. */
  cell: (row: Row) => string | number;
}

/** Rows as the text of a CSV with a heading line and Unix line ends, cells quoted where they hold a comma, as pandas does. */
export function formatResultsCsv<Row>(columns: readonly ResultsColumn<Row>[], rows: readonly Row[]): string {
  return createArrayCsvStringifier({}).stringifyRecords([
    columns.map(({ name }) => name),
    ...rows.map((row) => columns.map(({ cell }) => cell(row))),
  ]);
}

/**
 * Writes a results file whole, once `makeRows` is done. The place of the file is tried before `makeRows`
 * starts, so that an output that cannot be written is known at once and not after the work.
 *
 * @throws Error naming `path` when it cannot be written, and whatever `makeRows` throws; an earlier file then
 *   stays as it was.
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
  await writeWhole(path, async (file) => {
    rows = await makeRows();
    await file.writeFile(formatResultsCsv(columns, rows));
  });
  return rows;
}
