import type { GridPoint } from '../methods/grid-point.js';
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
  const seen = new Set<string>();
  for (const row of rows) {
    const model = `${modelTitle(row)}${row.dlrmType === undefined ? '' : `, ${row.dlrmType}`}`;
    if (seen.has(model)) throw new Error(`${csvPath}: expected each model once, found two rows of ${model}`);
    seen.add(model);
  }
  return rows;
}
