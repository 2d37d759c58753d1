import type { Table } from '@ds/data-sparsifier';
import { rowChoices, type RowChoices } from '../allocation/row-choices.js';
import { rowDistortions } from '../allocation/row-distortions.js';
import type { TableImportance } from '../importance/table-importance.js';

// A row is not stored if the distortion that this causes is less than the price of this many bytes.
export const leastWorth = 0.2;

/** The choices for some rows of a table. */
export interface CandidateChoices extends RowChoices {
  candidates: Uint32Array;
}

/**
 * The cost of storing the rows of a table. The cost of not storing a row is measured for all rows. The cost of rounding to each
 * number of bits, which takes most of the time, is measured only for a sample and for rows that may be worth storing at the
 * price of a byte.
 */
export class MeasuredTable {
  readonly name: string;
  readonly table: Table;
  readonly importance: TableImportance;
  /** Every `stride`-th row. */
  readonly sample: CandidateChoices;
  /** (rows): the cost of not storing a row. */
  readonly pruned: Float32Array;
  #least = Infinity;
  #measured: CandidateChoices;

  /** @throws RangeError naming the table, the row and the column of a value that is not finite or beyond float16 */
  constructor(name: string, table: Table, importance: TableImportance, stride: number) {
    this.name = name;
    this.table = table;
    this.importance = importance;
    this.pruned = rowDistortions(table, 0, importance);
    const rows = this.pruned.length;
    const sampled = Uint32Array.from({ length: Math.ceil(rows / stride) }, (_, at) => at * stride);
    this.sample = this.#measure(sampled);
    this.#measured = this.sample;
    if (stride === 1) this.#least = -1;
  }

  /** The choices for the rows that may be worth storing at a price per byte. */
  candidatesAt(price: number): CandidateChoices {
    const least = price * leastWorth;
    const candidates = this.#above(least);
    if (least < this.#least) {
      this.#measured = this.#measure(candidates);
      this.#least = least;
      return this.#measured;
    }
    const { candidates: known, distortions } = this.#measured;
    const places = new Uint32Array(candidates.length);
    let place = 0;
    candidates.forEach((row, at) => {
      while (known[place]! < row) place++;
      places[at] = place;
    });
    return {
      ...this.#measured,
      candidates,
      distortions: distortions.map((own) => Float32Array.from(places, (at) => own[at]!)),
    };
  }

  #above(least: number): Uint32Array {
    let count = 0;
    for (const distortion of this.pruned) if (distortion > least) count++;
    const rows = new Uint32Array(count);
    let place = 0;
    for (let row = 0; place < count; row++) if (this.pruned[row]! > least) rows[place++] = row;
    return rows;
  }

  #measure(candidates: Uint32Array): CandidateChoices {
    const rows = this.table.shape[0]!;
    if (candidates.length === rows) {
      return { ...rowChoices(this.table, this.importance), candidates };
    }
    const { table, importance } = takeRows(this.table, this.importance, candidates);
    return { ...rowChoices(table, importance, rows), rows, candidates };
  }
}

/** Some rows of a table, as a table of their own. */
export function takeRows(
  { data, shape }: Table,
  { accesses, curvature }: TableImportance,
  rows: Uint32Array,
): { table: Table; importance: TableImportance } {
  const dim = shape[1]!;
  const taken = new Float32Array(rows.length * dim);
  rows.forEach((row, at) => taken.set(data.subarray(row * dim, (row + 1) * dim), at * dim));
  return {
    table: { data: taken, shape: [rows.length, dim] },
    importance: { accesses: Float64Array.from(rows, (row) => accesses[row]!), curvature },
  };
}
