import { readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { checkFreeSpace, temporaryRoot } from '@ds/files';
import { openUnnamedFile } from '../unnamed-file.js';
import type { PutColumn, RowLayout, RowStore } from './row-store.js';

const rowsAtOnce = 1 << 14;

/**
 * Rows in a temporary file with one fixed-size record per row, for data that does not fit in memory. `fill` passes the
 * columns; they are first written as columns and then transposed to rows, block by block. At most a few MiB are in memory.
 *
 * @throws Error naming the folder of the temporary file if it has too little space, before anything is read.
 */
export async function fileRows(
  length: number,
  layout: RowLayout,
  fill: (put: PutColumn) => Promise<void>,
): Promise<RowStore> {
  const place = join(temporaryRoot(), 'criteo-data');
  await checkFreeSpace(place, { bytes: 2 * length * 4 * layout.words, what: 'the rows as temporary files' });
  const columns = await openUnnamedFile(place);
  try {
    const rows = await openUnnamedFile(place);
    try {
      await fill((word, row, values) => writeWords(columns.fd, values, 4 * (word * length + row)));
      transpose(columns.fd, rows.fd, { length, wordsPerRow: layout.words });
    } catch (error) {
      await rows.close();
      throw error;
    }
    return {
      length,
      layout,
      read: async (wanted, target) => readRows(rows.fd, wanted, target, layout.words),
      close: () => rows.close(),
    };
  } finally {
    await columns.close();
  }
}

function transpose(
  columns: number,
  rows: number,
  { length, wordsPerRow }: { length: number; wordsPerRow: number },
): void {
  const column = new Int32Array(rowsAtOnce);
  const block = new Int32Array(rowsAtOnce * wordsPerRow);
  for (let start = 0; start < length; start += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, length - start);
    for (let word = 0; word < wordsPerRow; word++) {
      readWords(columns, column.subarray(0, count), 4 * (word * length + start));
      for (let row = 0; row < count; row++) block[row * wordsPerRow + word] = column[row]!;
    }
    writeWords(rows, block.subarray(0, count * wordsPerRow), start * 4 * wordsPerRow);
  }
}

function readRows(
  file: number,
  rows: Uint32Array | { start: number; end: number },
  target: Int32Array,
  wordsPerRow: number,
): void {
  const bytesPerRow = 4 * wordsPerRow;
  if (!ArrayBuffer.isView(rows)) {
    readWords(file, target.subarray(0, (rows.end - rows.start) * wordsPerRow), rows.start * bytesPerRow);
    return;
  }
  // Shuffled rows are single records. Reading one synchronously costs one or two microseconds if the page is cached, a
  // tenth of an asynchronous read.
  for (let i = 0; i < rows.length; i++) {
    readWords(file, target.subarray(i * wordsPerRow, (i + 1) * wordsPerRow), rows[i]! * bytesPerRow);
  }
}

function readWords(file: number, words: Int32Array, position: number): void {
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  for (let done = 0; done < bytes.length;) {
    const count = readSync(file, bytes, done, bytes.length - done, position + done);
    if (count === 0) throw new Error('the temporary file was cut short');
    done += count;
  }
}

function writeWords(file: number, words: Int32Array, position: number): void {
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  for (let done = 0; done < bytes.length;) {
    done += writeSync(file, bytes, done, bytes.length - done, position + done);
  }
}
