import type { GridPoint } from '../methods/grid-point.js';
import { methodOf } from '../methods/methods.js';

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
export function distinctModels<Row extends ModelRow>(
  csvPath: string,
  rows: Row[],
): Row[] {
  const seen = new Set<string>();
  for (const row of rows) {
    const model = `${modelTitle(row)}${row.dlrmType === undefined ? '' : `, ${row.dlrmType}`}`;
    if (seen.has(model)) throw new Error(`${csvPath}: expected each model once, found two rows of ${model}`);
    seen.add(model);
  }
  return rows;
}

/** A model in an error: `L1, blocks (1, 4), level 0.5`. */
function modelTitle(row: GridPoint): string {
  return `${methodOf(row).curve(row).name}, level ${row.sparsityLevel}`;
}
