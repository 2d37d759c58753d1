import { access } from 'node:fs/promises';
import { readResultsText, type ResultsText } from './results-csv.js';
import { timesPath } from './times-path.js';

/** The times of a row. */
interface RowTimes {
  /** File and line, for errors. */
  place: string;
  /** The cell of a column; undefined if there is no such column. */
  cellOf: (column: string) => string | undefined;
}

/**
 * Reads the times of the rows of a results file from the file beside it.
 *
 * @param keys the columns that say what a row is about, of which a file may lack some
 * @returns undefined if there is no such file
 * @throws Error naming the file, if it cannot be read, or its rows are not about the same as those of the results file
 */
export async function readTimes(
  csvPath: string,
  { header, records, keys }: ResultsText & { keys: readonly string[] },
): Promise<RowTimes[] | undefined> {
  const path = timesPath(csvPath);
  try {
    await access(path);
  } catch {
    return undefined;
  }
  const times = await readResultsText(path);
  const advice = 'the two files are of different runs';
  if (times.records.length !== records.length) {
    throw new Error(
      `${path}: expected ${records.length} rows, as ${csvPath} has, found ${times.records.length}: ${advice}`,
    );
  }
  return times.records.map(({ line, cells }, row) => {
    const place = `${path} line ${line}`;
    const cellOf = (column: string) => cells[times.header.indexOf(column)];
    for (const key of keys) {
      const [expected, found] = [records[row]!.cells[header.indexOf(key)], cellOf(key)];
      if (expected === found) continue;
      throw new Error(
        `${place}: ${key}: expected '${expected ?? ''}', as ${csvPath} line ${records[row]!.line} has, found '${found ?? ''}': ${advice}`,
      );
    }
    return { place, cellOf };
  });
}
