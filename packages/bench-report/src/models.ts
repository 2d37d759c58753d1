import type { ModelRow } from './benchmark-tables.js';

/** A norm and a block shape: one line of a chart, pruned to different levels. */
export interface Method {
  norm: string;
  blockShape: string;
  /** `L1, blocks (1, 4)`. */
  name: string;
}

/** The methods of a table, in the order of their first rows. */
export function methodsOf(rows: readonly ModelRow[]): Method[] {
  const methods = new Map<string, Method>();
  for (const { norm, blockShape } of rows) {
    const name = `${norm}, blocks ${blockShape}`;
    if (!methods.has(name)) methods.set(name, { norm, blockShape, name });
  }
  return [...methods.values()];
}

/** The rows of one method, by ascending level. */
export function rowsOf<Row extends ModelRow>(method: Method, rows: readonly Row[]): Row[] {
  return rows
    .filter(({ norm, blockShape }) => norm === method.norm && blockShape === method.blockShape)
    .sort((a, b) => a.sparsityLevel - b.sparsityLevel);
}

/** The distinct levels of a table, ascending. */
export function levelsOf(rows: readonly ModelRow[]): number[] {
  return [...new Set(rows.map(({ sparsityLevel }) => sparsityLevel))].sort((a, b) => a - b);
}

/** Some levels as a reader wants them: `0, 0.5, 0.9`, or `20 from 0 to 1`. */
export function describeLevels(levels: readonly number[]): string {
  return levels.length <= 6 ? levels.join(', ') : `${levels.length} from ${levels[0]} to ${levels.at(-1)}`;
}
