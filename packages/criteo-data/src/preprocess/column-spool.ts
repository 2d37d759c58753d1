import type { FileHandle } from 'node:fs/promises';
import { appendTo } from '@ds/files';
import { categoricalColumns, integerColumns } from '../criteo-columns.js';
import { openUnnamedFile, readFully } from '../unnamed-file.js';

interface Piece {
  rows: number;
  position: number;
}

const words = categoricalColumns + integerColumns + 1;

/**
 * Numbered rows, set down in a temporary file as they come, since an npz has whole arrays one after another.
 * Each piece has its 26 columns, then its integers, then its labels, all as 32-bit numbers.
 */
export class ColumnSpool {
  readonly #file: FileHandle;
  readonly #pieces: Piece[] = [];
  #size = 0;
  #rows = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** `path`: near which the temporary file goes. */
  static async create(path: string): Promise<ColumnSpool> {
    return new ColumnSpool(await openUnnamedFile(path));
  }

  get rows(): number {
    return this.#rows;
  }

  async add(rows: number, ids: Int32Array, integers: Int32Array, labels: Int32Array): Promise<void> {
    this.#pieces.push({ rows, position: this.#size });
    const append = appendTo(this.#file);
    for (const values of [ids, integers, labels]) {
      await append(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
    this.#size += 4 * words * rows;
    this.#rows += rows;
  }

  /** The ids of one column after another. */
  async *ids(): AsyncGenerator<Int32Array> {
    for (let column = 0; column < categoricalColumns; column++) yield* this.#read(column, 1);
  }

  /** The integers, row by row. */
  integers(): AsyncGenerator<Int32Array> {
    return this.#read(categoricalColumns, integerColumns);
  }

  labels(): AsyncGenerator<Int32Array> {
    return this.#read(categoricalColumns + integerColumns, 1);
  }

  /** Frees the temporary file. */
  async close(): Promise<void> {
    await this.#file.close();
  }

  async *#read(firstWord: number, width: number): AsyncGenerator<Int32Array> {
    for (const { rows, position } of this.#pieces) {
      const values = new Int32Array(rows * width);
      await readFully(this.#file, new Uint8Array(values.buffer), position + 4 * firstWord * rows);
      yield values;
    }
  }
}
