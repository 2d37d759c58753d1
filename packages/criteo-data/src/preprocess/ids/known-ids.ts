import type { IdDictionaries } from '../../dictionaries/id-dictionaries.js';
import { dictionaryName } from '../../dictionaries/id-dictionaries.js';
import { IdDictionary } from './id-dictionary.js';
import type { IdSource } from './id-source.js';
import type { ParsedPiece } from '../pieces/parse-piece.js';

const missing = 0;

/**
 * The ids that an earlier file gave, for rows that came later. A category that the earlier file has not gets the id of a
 * missing one; in a column where no category was missing there, the id 0, that of the category in its first row.
 */
export class KnownIds implements IdSource {
  readonly counts: Int32Array;
  /** For each column the rows so far whose category is not known. */
  readonly unknownRows: Int32Array;
  readonly #dictionaries: readonly IdDictionary[];
  readonly #unknownIds: readonly number[];
  #before: Int32Array;

  /**
   * @param source what errors call the dictionaries
   * @throws Error naming the column that has a category twice, or none
   */
  constructor({ values }: IdDictionaries, source: string) {
    this.counts = Int32Array.from(values, ({ length }) => length);
    this.unknownRows = new Int32Array(values.length);
    this.#before = this.unknownRows;
    this.#dictionaries = values.map((categories, column) => {
      const fail = (found: string) =>
        new Error(
          `${source}: array "${dictionaryName(column)}": expected distinct categories, found ${found}`,
        );
      if (categories.length === 0) throw fail('none');
      const dictionary = new IdDictionary();
      categories.forEach((category, id) => {
        if (dictionary.idOf(category) !== id) throw fail(`${category} twice`);
      });
      return dictionary;
    });
    this.#unknownIds = this.#dictionaries.map((dictionary) => Math.max(0, dictionary.find(missing)));
  }

  idsOf({ rows, numbers, distinct, distinctCounts }: ParsedPiece): Int32Array<ArrayBuffer> {
    this.#before = this.unknownRows.slice();
    let start = 0;
    this.#dictionaries.forEach((dictionary, column) => {
      const end = start + distinctCounts[column]!;
      const isUnknown = new Uint8Array(end - start);
      for (let at = start; at < end; at++) {
        const id = dictionary.find(distinct[at]!);
        if (id < 0) isUnknown[at - start] = 1;
        distinct[at] = id < 0 ? this.#unknownIds[column]! : id;
      }
      if (isUnknown.includes(1)) {
        const ofColumn = numbers.subarray(rows * column, rows * (column + 1));
        for (let row = 0; row < rows; row++) this.unknownRows[column]! += isUnknown[ofColumn[row]!]!;
      }
      start = end;
    });
    return distinct;
  }

  /** The rows of the last piece whose category is not known, for each column. */
  lastChange(): Int32Array<ArrayBuffer> {
    return Int32Array.from(this.unknownRows, (rows, column) => rows - this.#before[column]!);
  }

  restore(change: Int32Array): void {
    change.forEach((rows, column) => (this.unknownRows[column]! += rows));
  }
}
