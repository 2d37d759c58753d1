import { adagradEpsilon } from '../network/adagrad.js';
import type { DenseTable } from './dense-table.js';
import { hasBit } from './has-bit.js';

/**
 * Row-wise Adagrad on embedding tables, with one accumulator a row: the sum over the steps so far of the mean square of the
 * row's gradient. It is what TorchRec trains with (FBGEMM's EXACT_ROWWISE_ADAGRAD) and `--optimizer=rwsadagrad` of
 * facebookresearch/dlrm (optim/rwsadagrad.py). The gradients of a row that a batch looks up several times are summed first.
 */
export class RowWiseAdagrad {
  readonly #tables: readonly DenseTable[];
  /** For each table, the accumulators of its rows, (rows). */
  readonly sums: readonly Float32Array[];
  // Summed gradients of the distinct rows of a batch in one table.
  #gradients = new Float32Array(0);

  /** @param sums the accumulators, held by reference; default: 0 */
  constructor(
    tables: readonly DenseTable[],
    sums: readonly Float32Array[] = tables.map(({ rows }) => new Float32Array(rows)),
  ) {
    this.#tables = tables;
    this.sums = sums;
  }

  /**
   * @param ids (n, tables)
   * @param gradients of the looked-up rows, (n, tables, dim)
   * @param held for each table a bit for each value, the least significant first: whether it stays as it is, as if a mask were
   *   applied again after the step
   */
  step(
    ids: Int32Array,
    gradients: Float32Array,
    { learningRate, held }: { learningRate: number; held?: readonly Uint32Array[] | undefined },
  ): void {
    const count = this.#tables.length;
    const examples = ids.length / count;
    const dim = this.#tables[0]!.dim;
    if (this.#gradients.length < examples * dim) this.#gradients = new Float32Array(examples * dim);
    const summed = this.#gradients;
    const places = new Map<number, number>();
    this.#tables.forEach(({ data }, table) => {
      places.clear();
      for (let lookup = table; lookup < ids.length; lookup += count) {
        const from = lookup * dim;
        const place = places.get(ids[lookup]!);
        if (place === undefined) {
          summed.set(gradients.subarray(from, from + dim), places.size * dim);
          places.set(ids[lookup]!, places.size);
          continue;
        }
        for (let column = 0; column < dim; column++)
          summed[place * dim + column]! += gradients[from + column]!;
      }
      const sums = this.sums[table]!;
      const bits = held?.[table];
      for (const [row, place] of places) {
        const from = place * dim;
        let squares = 0;
        for (let column = 0; column < dim; column++) squares += summed[from + column]! ** 2;
        sums[row]! += squares / dim;
        const step = learningRate / (Math.sqrt(sums[row]!) + adagradEpsilon);
        for (let column = 0; column < dim; column++) {
          const at = row * dim + column;
          if (bits && hasBit(bits, at)) continue;
          data[at]! -= step * summed[from + column]!;
        }
      }
    });
  }
}
