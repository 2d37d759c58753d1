import { IdDictionary } from './id-dictionary.js';
import type { IdSource } from './id-source.js';
import type { ParsedPiece } from './parse-piece.js';

/** Ids by first appearance in the file: 0, 1, 2... in each column. */
export class NewIds implements IdSource {
  /** Of each column. */
  readonly dictionaries: readonly IdDictionary[];

  /** @param columns their number */
  constructor(columns: number) {
    this.dictionaries = Array.from({ length: columns }, () => new IdDictionary());
  }

  get counts(): Int32Array {
    return Int32Array.from(this.dictionaries, ({ size }) => size);
  }

  idsOf({ distinct, distinctCounts }: ParsedPiece): Int32Array<ArrayBuffer> {
    let start = 0;
    this.dictionaries.forEach((dictionary, column) => {
      const end = start + distinctCounts[column]!;
      dictionary.replaceByIds(distinct.subarray(start, end));
      start = end;
    });
    return distinct;
  }
}
