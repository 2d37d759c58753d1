import { MixedPrecisionTable, type Table } from '@ds/data-sparsifier';
import { allocateProjected, allocateQuantized } from './projection/allocate-projected.js';
import { rowChoices } from './allocation/row-choices.js';
import type { TableImportance } from './importance/table-importance.js';

/** How small the tables are to be together: in bytes, or as the ratio of their float32 values' bytes to theirs. */
export type Budget =
  | {
      /** Bytes of all tables together at most, codes, scales and index counted. */
      bytes: number;
    }
  | {
      /** How many times smaller than in float32 at least. */
      ratio: number;
    };

/**
 * What rows may be stored as: `projected`, a few coefficients in a basis of their table, or codes with a scale and a minimum,
 * whichever is better; or `quantized`, codes only, which FBGEMM's kernels can serve.
 */
export type RowForm = 'projected' | 'quantized';

/** Tables whose rows can be stored in fewer bits, with what each choice costs: measured once, for any budget. */
export interface CompressibleTables {
  /** Bytes of the values in float32. */
  readonly denseBytes: number;
  /**
   * The tables in a budget, by their names: each row in the bits that make the sum of distortions least. Their
   * `byteLength` come to at most the budget, index and scales counted.
   *
   * @throws RangeError when the budget is negative or not a number
   */
  compress(budget: Budget): Record<string, MixedPrecisionTable>;
}

/**
 * Makes tables small without training again: rows by the bits that they are worth.
 *
 * @returns a table for each name, to take the dense one's place in a model
 * @throws RangeError when tables and importance do not fit together, a value is not finite, or the budget is negative or
 *   not a number
 */
export function compressTables({
  budget,
  ...rest
}: {
  /** Tables (rows, dim) by their names, such as `emb_l.0.weight`. */
  tables: Readonly<Record<string, Table>>;
  /** What `tableImportance` found. Without it all rows and columns count the same: by norm alone. */
  importance?: Readonly<Record<string, TableImportance>>;
  /** What rows may be stored as; default `projected`. */
  rows?: RowForm | undefined;
  /** How small the tables are to be together. */
  budget: Budget;
}): Record<string, MixedPrecisionTable> {
  checkBudget(budget);
  return measureTables(rest).compress(budget);
}

/**
 * Rounds every row to every choice of bits and measures the distortion, which takes most of the time of `compressTables`;
 * any number of budgets can be tried then.
 *
 * @throws RangeError as `compressTables`
 */
export function measureTables({
  tables,
  importance,
  rows: rowForm = 'projected',
  onProgress,
}: {
  /** Tables (rows, dim) by their names, held by reference: they must not change before the last `compress`. */
  tables: Readonly<Record<string, Table>>;
  /** What `tableImportance` found. Without it all rows and columns count the same: by norm alone. */
  importance?: Readonly<Record<string, TableImportance>>;
  /** What rows may be stored as; default `projected`. */
  rows?: RowForm | undefined;
  /** Called after each table with the rows measured and their number in all. */
  onProgress?: (done: number, total: number) => void;
}): CompressibleTables {
  if (rowForm !== 'projected' && rowForm !== 'quantized') {
    throw new RangeError(`rows: expected projected or quantized, found ${JSON.stringify(rowForm)}`);
  }
  const names = Object.keys(tables);
  const total = names.reduce((sum, name) => sum + checkedShape(name, tables[name]!)[0], 0);
  let done = 0;
  const measured = names.map((name) => {
    const table = tables[name]!;
    const ofTable = importance ? checkedImportance(name, table, importance[name]) : uniformImportance(table);
    const choices = rowChoices(name, table, ofTable);
    done += choices.rows;
    onProgress?.(done, total);
    return { name, table, importance: ofTable, choices };
  });
  const denseBytes = measured.reduce((sum, { choices: { rows, dim } }) => sum + 4 * rows * dim, 0);
  return {
    denseBytes,
    compress(budget) {
      const bytes = checkBudget(budget, denseBytes);
      const allocated =
        rowForm === 'projected' ? allocateProjected(measured, bytes) : allocateQuantized(measured, bytes);
      return Object.fromEntries(
        measured.map(({ name, table, importance: { curvature } }, index) => [
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

/** Every row looked up once, every column as important as any other. */
function uniformImportance({ shape }: Table): TableImportance {
  const [rows, dim] = shape as [number, number];
  const curvature = new Float64Array(dim * dim);
  for (let i = 0; i < dim; i++) curvature[i * dim + i] = 1;
  return { accesses: new Float64Array(rows).fill(1), curvature };
}
