import type { GridPoint } from '../methods/grid-point.js';
import { modelTitle } from '../methods/methods.js';

/** A row about a model. */
export interface ModelRow extends GridPoint {
  /** Which variant of the model, where it has several. */
  dlrmType?: string;
}

/**
 * The rows of a results file, each of another model or another variant of it.
 *
 * @throws Error naming the file and the model that has two rows.
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
