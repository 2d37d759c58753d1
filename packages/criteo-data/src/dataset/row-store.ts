/** The 32-bit words of a row: its ids, its integers, its label. */
export interface RowLayout {
  categories: number;
  integers: number;
  /** Of a row in all. */
  words: number;
}

/** The layout of rows with these numbers of columns. */
export function rowLayout(categories: number, integers: number): RowLayout {
  return { categories, integers, words: categories + integers + 1 };
}

/** The label of a row without one. */
export const noLabel = -1;

/** The rows of one split, read by position. */
export interface RowStore {
  readonly length: number;
  readonly layout: RowLayout;
  /** Copies the rows into `target`, one after another (`layout.words` words each). */
  read(rows: Uint32Array | { start: number; end: number }, target: Int32Array): Promise<void>;
  close(): Promise<void>;
}

/** Takes a word of consecutive rows from `row` on, a value for each. */
export type PutColumn = (word: number, row: number, values: Int32Array) => void;

/** Rows held in memory, row by row, as `fill` passes them on. */
export async function memoryRows(
  length: number,
  layout: RowLayout,
  fill: (put: PutColumn) => Promise<void>,
): Promise<RowStore> {
  const { words: perRow } = layout;
  const words = new Int32Array(length * perRow);
  await fill((word, row, values) => {
    for (let i = 0, at = row * perRow + word; i < values.length; i++, at += perRow) words[at] = values[i]!;
  });
  return {
    length,
    layout,
    async read(rows, target) {
      if (!ArrayBuffer.isView(rows)) {
        target.set(words.subarray(rows.start * perRow, rows.end * perRow));
        return;
      }
      for (let i = 0; i < rows.length; i++) {
        const from = rows[i]! * perRow;
        for (let word = 0; word < perRow; word++) target[i * perRow + word] = words[from + word]!;
      }
    },
    close: async () => undefined,
  };
}
