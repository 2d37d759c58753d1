import type { GridPoint } from '../methods/grid/grid-point.js';
import { modelTitle } from '../methods/methods.js';

/** A row about a model. */
export interface ModelRow extends GridPoint {
  /** The variant of the model, if it has several. */
  dlrmType?: string;
}

/**
 * Checks that all rows of a results file are about different models or variants, and returns them.
 *
 * @throws Error naming the file and a model with two rows.
 */
export function distinctModels<Row extends ModelRow>(csvPath: string, rows: Row[]): Row[] {
  return distinctRows(csvPath, rows, modelTitle);
}

/**
 * The same of a file whose models have other names.
 *
 * @param titleOf what an error calls the model of a row
 */
export function distinctRows<Row extends Pick<ModelRow, 'dlrmType'>>(
  csvPath: string,
  rows: Row[],
  titleOf: (row: Row) => string,
): Row[] {
  const seen = new Set<string>();
  for (const row of rows) {
    const model = `${titleOf(row)}${row.dlrmType === undefined ? '' : `, ${row.dlrmType}`}`;
    if (seen.has(model)) throw new Error(`${csvPath}: expected each model once, found two rows of ${model}`);
    seen.add(model);
  }
  return rows;
}
