import type { Table } from '@ds/data-sparsifier';
import { rowChoices } from '../allocation/row-choices.js';
import { rowDistortions } from '../allocation/row-distortions.js';
import type { TableImportance } from '../importance/table-importance.js';
import { leastWorth, takeRows, type CandidateChoices } from './measured-table.js';

// Every row of a smaller table is in its sample.
const fewestSampled = 4096;

/** A table with the costs of the choices for a sample of its rows, where all rows would take too much time and memory. */
export class SampledTable {
  readonly name: string;
  readonly table: Table;
  readonly importance: TableImportance;
  /** (rows): the cost of not storing a row. */
  readonly pruned: Float32Array;
  /** Every so many rows one. */
  readonly sample: CandidateChoices;

  /** @throws RangeError naming the table, the row and the column of a value that is not finite or beyond float16 */
  constructor(name: string, table: Table, importance: TableImportance, stride: number) {
    this.name = name;
    this.table = table;
    this.importance = importance;
    this.pruned = rowDistortions(table, 0, importance);
    const rows = this.pruned.length;
    const step = Math.max(1, Math.min(stride, Math.floor(rows / fewestSampled)));
    const candidates = Uint32Array.from({ length: Math.ceil(rows / step) }, (_, at) => at * step);
    const sampled = takeRows(table, importance, candidates);
    this.sample = {
      ...rowChoices(sampled.table, sampled.importance, rows),
      ...{ rows, candidates, share: rows / Math.max(1, candidates.length) },
    };
  }

  /** The choices for the rows of the sample that may be worth storing at a price per byte. */
  candidatesAt(price: number): CandidateChoices {
    const { candidates, distortions } = this.sample;
    const isCandidate = (_: number, at: number) => this.pruned[candidates[at]!]! > price * leastWorth;
    return {
      ...this.sample,
      candidates: candidates.filter(isCandidate),
      distortions: distortions.map((own) => own.filter(isCandidate)),
    };
  }
}
