import { crc32 } from 'node:zlib';
import { appendTo, writeWhole } from '@ds/files';
import { idColumns } from './id-columns.js';
import { readFlights } from './read-flights.js';

const rowsPerPiece = 8192;
const emptyIntegers = '\t'.repeat(9);
const emptyIds = '\t'.repeat(11);

/**
 * Writes the flights as rows of the Criteo Kaggle file: label (1: arrived more than 15 minutes late), 4 integers
 * (distance, scheduled departure, its minute, its hour) and 15 ids, the rest empty. An id is the CRC-32 of its
 * column's number and its value, as 8 hex digits. `preprocessCriteo` converts the rows to the processed npz.
 *
 * @returns the number of rows, 327,346.
 * @throws Error naming the file that cannot be read or written.
 */
export async function writeFlightRows({
  output,
  onProgress,
}: {
  /** Path of the text file. */
  output: string;
  /** Called with the number of rows written and the total. */
  onProgress?: (done: number, total: number) => void;
}): Promise<number> {
  const flights = await readFlights();
  const rows = flights.late.length;
  const columns = idColumns(flights).map(({ value }, column) => hashed(column, value));
  const { distance, sched_dep_time: departure, late } = flights;
  await writeWhole(output, async (file) => {
    const append = appendTo(file);
    for (let start = 0; start < rows; start += rowsPerPiece) {
      const end = Math.min(rows, start + rowsPerPiece);
      let text = '';
      for (let i = start; i < end; i++) {
        const time = departure[i]!;
        text += `${late[i] ? 1 : 0}\t${distance[i]}\t${time}\t${time % 100}\t${Math.floor(time / 100)}${emptyIntegers}`;
        for (const id of columns) text += `\t${id(i)}`;
        text += `${emptyIds}\n`;
      }
      await append(Buffer.from(text, 'latin1'));
      onProgress?.(end, rows);
    }
  });
  return rows;
}

/** The ids of a column; each value is hashed once. */
function hashed(column: number, value: (i: number) => string): (i: number) => string {
  const ids = new Map<string, string>();
  return (i) => {
    const text = value(i);
    let id = ids.get(text);
    if (id === undefined) {
      id = crc32(`${column}|${text}`).toString(16).padStart(8, '0');
      ids.set(text, id);
    }
    return id;
  };
}
