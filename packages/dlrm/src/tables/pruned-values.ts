import { embeddingTableNames, type StateDict } from '@ds/tensor-files';
import type { DenseTable } from './dense-table.js';

/**
 * Which values of a model's tables are 0, so that training can hold them there. It takes a bit for each value, and later
 * changes of the tables do not change it.
 */
export class PrunedValues {
  /** How many values are 0. */
  readonly count: number;
  /** How many values there are. */
  readonly total: number;
  readonly #tables: readonly { length: number; bits: Uint32Array }[];

  /**
   * Finds the values that are 0 now.
   *
   * @param state a model's parameters, or only its tables, `emb_l.0.weight` and so on
   * @param names the tables whose zeros count; the others have none. Default: all
   */
  constructor(state: StateDict, names: readonly string[] = Object.keys(state)) {
    let [count, total] = [0, 0];
    const searched = new Set(names);
    this.#tables = embeddingTableNames(state).map((name) => {
      const { data } = state[name]!;
      const bits = new Uint32Array(Math.ceil(data.length / 32));
      total += data.length;
      if (!searched.has(name)) return { length: data.length, bits };
      for (let at = 0; at < data.length; at++) {
        if (data[at] !== 0) continue;
        bits[Math.floor(at / 32)]! |= 1 << (at % 32);
        count++;
      }
      return { length: data.length, bits };
    });
    this.count = count;
    this.total = total;
  }

  /**
   * For each table the bits of its values, the least significant first.
   *
   * @throws RangeError if the tables have other sizes
   * @internal
   */
  bitsFor(tables: readonly DenseTable[]): readonly Uint32Array[] {
    const wrong = tables.findIndex(({ data }, index) => this.#tables[index]?.length !== data.length);
    if (wrong >= 0 || tables.length !== this.#tables.length) {
      const sizes = (of: readonly { length: number }[]) => of.map(({ length }) => length).join(', ');
      throw new RangeError(
        `held values: expected those of tables of ${sizes(tables.map(({ data }) => data))} values, ` +
          `found those of ${sizes(this.#tables) || 'none'}`,
      );
    }
    return this.#tables.map(({ bits }) => bits);
  }
}
