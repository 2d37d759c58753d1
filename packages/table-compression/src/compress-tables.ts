import { MixedPrecisionTable, type Table } from '@ds/data-sparsifier';
import {
  allocateProjected,
  allocateQuantized,
  allocateSampled,
  type AllocatedRows,
} from './projection/allocate-projected.js';
import { checkValues } from './allocation/row-choices.js';
import { MeasuredTable } from './projection/measured-table.js';
import { SampledTable } from './projection/sampled-table.js';
import type { TableImportance } from './importance/table-importance.js';

// With more rows than this, a sample is measured first.
const sampledRows = 1 << 20;
// The choices of more rows are measured anew for each budget, and not kept.
const mostKeptRows = 1 << 21;

/** The target size of all tables together: in bytes, or as a compression ratio relative to float32. */
export type Budget =
  | {
      /** Maximum bytes of all tables together, including codes, scales and index. */
      bytes: number;
    }
  | {
      /** Minimum compression ratio relative to float32. */
      ratio: number;
    };

/**
 * The form of stored rows: with `projected`, either a few coefficients in a basis of their table, or codes with a scale and a
 * minimum, whichever is better; with `quantized`, only codes, which FBGEMM's kernels can serve.
 */
export type RowForm = 'projected' | 'quantized';

/** Tables to compress, with the measured cost of each choice of bits; measured once, for any budget. */
export interface CompressibleTables {
  /** Bytes of the values in float32. */
  readonly denseBytes: number;
  /**
   * The compressed tables by name, with bits per row that minimise the sum of distortions. The sum of their `byteLength`,
   * including index and scales, is at most the budget.
   *
   * @throws RangeError if the budget is negative or not a number
   */
  compress(budget: Budget): Record<string, MixedPrecisionTable>;
}

/**
 * Compresses tables without retraining by choosing how many bits each row gets.
 *
 * @returns a table for each name, which replaces the dense one in a model
 * @throws RangeError if tables and importance do not match, a value is not finite, or the budget is negative or not a number
 */
export function compressTables({
  budget,
  ...rest
}: {
  /** Tables (rows, dim) by their names, such as `emb_l.0.weight`. */
  tables: Readonly<Record<string, Table>>;
  /** The result of `tableImportance`. Without it, all rows and columns count the same, and rows are kept by norm alone. */
  importance?: Readonly<Record<string, TableImportance>>;
  /** The form of stored rows; default `projected`. */
  rows?: RowForm | undefined;
  /** The target size of all tables together. */
  budget: Budget;
}): Record<string, MixedPrecisionTable> {
  checkBudget(budget);
  return measureTables(rest).compress(budget);
}

/**
 * Measures the cost of storing each row with each number of bits, which takes most of the time of `compressTables`. Any number
 * of budgets can be tried afterwards. With more than a million rows, only rows that may be worth storing are measured, and more
 * of them as the price of a byte falls. With more than two million rows, only a sample is measured here, and every `compress`
 * goes once through all rows, so that no costs of single rows are kept in memory.
 *
 * @throws RangeError like `compressTables`
 */
export function measureTables({
  tables,
  importance,
  rows: rowForm = 'projected',
  onProgress,
}: {
  /** Tables (rows, dim) by name, held by reference; they must not change before the last `compress`. */
  tables: Readonly<Record<string, Table>>;
  /** The result of `tableImportance`. Without it, all rows and columns count the same, and rows are kept by norm alone. */
  importance?: Readonly<Record<string, TableImportance>>;
  /** The form of stored rows; default `projected`. */
  rows?: RowForm | undefined;
  /** Called after each table with the number of measured rows and the total. */
  onProgress?: (done: number, total: number) => void;
}): CompressibleTables {
  if (rowForm !== 'projected' && rowForm !== 'quantized') {
    throw new RangeError(`rows: expected projected or quantized, found ${JSON.stringify(rowForm)}`);
  }
  const names = Object.keys(tables);
  const total = names.reduce((sum, name) => sum + checkedShape(name, tables[name]!)[0], 0);
  const stride = Math.max(1, Math.ceil(total / sampledRows));
  let done = 0;
  const measure = <Measured>(take: (name: string, table: Table, importance: TableImportance) => Measured) =>
    names.map((name) => {
      const table = tables[name]!;
      const ofTable = importance
        ? checkedImportance(name, table, importance[name])
        : uniformImportance(table);
      checkValues(name, table);
      const own = take(name, table, ofTable);
      done += table.shape[0]!;
      onProgress?.(done, total);
      return own;
    });
  const denseBytes = names.reduce((sum, name) => sum + 4 * tables[name]!.data.length, 0);
  let of: readonly (MeasuredTable | SampledTable)[];
  let allocate: (bytes: number) => AllocatedRows[];
  if (total > mostKeptRows) {
    const sampled = measure((...table) => new SampledTable(...table, stride));
    of = sampled;
    allocate = (bytes) => allocateSampled(sampled, bytes, rowForm);
  } else {
    const measured = measure((...table) => new MeasuredTable(...table, stride));
    of = measured;
    allocate = (bytes) =>
      rowForm === 'projected' ? allocateProjected(measured, bytes) : allocateQuantized(measured, bytes);
  }
  return {
    denseBytes,
    compress(budget) {
      const allocated = allocate(checkBudget(budget, denseBytes));
      return Object.fromEntries(
        of.map(({ name, table, importance: { curvature } }, index) => [
          name,
          MixedPrecisionTable.fromDense({
            ...{ table, curvature },
            ...allocated[index]!,
          }),
        ]),
      );
    },
  };
}

/** The budget in bytes. */
function checkBudget(budget: Budget, denseBytes = 0): number {
  if ('bytes' in budget) {
    if (budget.bytes >= 0) return budget.bytes;
    throw new RangeError(`budget: expected at least 0 bytes, found ${budget.bytes}`);
  }
  if (budget.ratio > 0) return denseBytes / budget.ratio;
  throw new RangeError(`budget: expected a ratio above 0, found ${budget.ratio}`);
}

function checkedShape(name: string, { data, shape }: Table): readonly [number, number] {
  const [rows, dim] = shape;
  if (shape.length !== 2 || rows! * dim! !== data.length || dim === 0) {
    throw new RangeError(
      `table "${name}": expected data of shape (rows, dim), found ${data.length} values of shape (${shape.join(', ')})`,
    );
  }
  return [rows!, dim!];
}

function checkedImportance(
  name: string,
  { shape }: Table,
  importance: TableImportance | undefined,
): TableImportance {
  const [rows, dim] = shape as [number, number];
  if (!importance) throw new RangeError(`importance: expected an entry for table "${name}", found none`);
  const { accesses, curvature } = importance;
  if (accesses.length !== rows || curvature.length !== dim * dim) {
    throw new RangeError(
      `importance of table "${name}": expected ${rows} accesses and a curvature (${dim}, ${dim}), found ` +
        `${accesses.length} and ${curvature.length} values`,
    );
  }
  const bad = accesses.findIndex((count) => !(count >= 0 && count < Infinity));
  if (bad >= 0) {
    throw new RangeError(
      `importance of table "${name}": expected at least 0 accesses of row ${bad}, found ${accesses[bad]}`,
    );
  }
  return importance;
}

/** One lookup for every row, and equal importance for every column. */
function uniformImportance({ shape }: Table): TableImportance {
  const [rows, dim] = shape as [number, number];
  const curvature = new Float64Array(dim * dim);
  for (let i = 0; i < dim; i++) curvature[i * dim + i] = 1;
  return { accesses: new Float64Array(rows).fill(1), curvature };
}
