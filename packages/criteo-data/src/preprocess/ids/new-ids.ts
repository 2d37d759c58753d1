import { IdDictionary } from './id-dictionary.js';
import type { IdSource } from './id-source.js';
import type { ParsedPiece } from '../pieces/parse-piece.js';

/** Ids by first appearance in the file: 0, 1, 2... in each column. */
export class NewIds implements IdSource {
  /** Of each column. */
  readonly dictionaries: readonly IdDictionary[];
  readonly #notesChanges: boolean;
  /** The new values of the last piece, of each column. */
  #newValues: Int32Array[] = [];

  /** @param columns their number */
  constructor(columns: number, { notesChanges = false }: { notesChanges?: boolean } = {}) {
    this.dictionaries = Array.from({ length: columns }, () => new IdDictionary());
    this.#notesChanges = notesChanges;
  }

  get counts(): Int32Array {
    return Int32Array.from(this.dictionaries, ({ size }) => size);
  }

  idsOf({ distinct, distinctCounts }: ParsedPiece): Int32Array<ArrayBuffer> {
    const values = this.#notesChanges ? distinct.slice() : undefined;
    const known = this.counts;
    let start = 0;
    this.#newValues = this.dictionaries.map((dictionary, column) => {
      const end = start + distinctCounts[column]!;
      const ids = distinct.subarray(start, end);
      dictionary.replaceByIds(ids);
      // Ids of new values ascend, because both are in the order of first appearance.
      const ofColumn = values?.subarray(start, end).filter((_, at) => ids[at]! >= known[column]!);
      start = end;
      return ofColumn ?? new Int32Array();
    });
    return distinct;
  }

  /** The number of new values of each column, then the values, column after column. */
  lastChange(): Int32Array<ArrayBuffer> {
    const change = new Int32Array(this.#newValues.reduce((sum, { length }) => sum + 1 + length, 0));
    let end = this.#newValues.length;
    this.#newValues.forEach((values, column) => {
      change[column] = values.length;
      change.set(values, end);
      end += values.length;
    });
    return change;
  }

  restore(change: Int32Array): void {
    let start = this.dictionaries.length;
    this.dictionaries.forEach((dictionary, column) => {
      const end = start + change[column]!;
      for (; start < end; start++) dictionary.idOf(change[start]!);
    });
  }
}
