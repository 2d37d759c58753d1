import { categoricalColumns, integerColumns } from '../criteo-columns.js';

/** 32-bit words of a row: its ids, its integers, its label. */
export const wordsPerRow = categoricalColumns + integerColumns + 1;
/** Where the integers begin. */
export const firstInteger = categoricalColumns;
/** Where the label is. */
export const labelWord = categoricalColumns + integerColumns;
/** What is there in a row without a label. */
export const noLabel = -1;

/** The rows of one split, read by position. */
export interface RowStore {
  readonly length: number;
  /** Copies the rows into `target`, one after another (`wordsPerRow` words each). */
  read(rows: Uint32Array | { start: number; end: number }, target: Int32Array): Promise<void>;
  close(): Promise<void>;
}

/** Rows held in memory, row by row. */
export function memoryRows(words: Int32Array): RowStore {
  return {
    length: words.length / wordsPerRow,
    async read(rows, target) {
      if (!ArrayBuffer.isView(rows)) {
        target.set(words.subarray(rows.start * wordsPerRow, rows.end * wordsPerRow));
        return;
      }
      for (let i = 0; i < rows.length; i++) {
        const from = rows[i]! * wordsPerRow;
        for (let word = 0; word < wordsPerRow; word++) target[i * wordsPerRow + word] = words[from + word]!;
      }
    },
    close: async () => undefined,
  };
}
