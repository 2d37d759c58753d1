import { formatPythonTuple, gridPointOwnColumns, methodOf, type GridPoint } from '@ds/bench-models';

/** The models that differ in their level alone: one line of a chart. */
export interface Curve<Row extends GridPoint> {
  /** `L1, blocks (1, 4)`. */
  name: string;
  dashed: boolean;
  /** By ascending level. */
  rows: Row[];
}

/** The columns of a table for readers that say which model a row is about. */
export interface ModelColumns {
  headings: string[];
  cells: (model: GridPoint) => string[];
}

/** The columns that tell these models apart: the original's, and those of ours that one of the models needs. */
export function modelColumnsOf(models: readonly GridPoint[]): ModelColumns {
  const own = gridPointOwnColumns.filter(({ cell }) => models.some((model) => cell(model) !== ''));
  return {
    headings: ['norm', 'block', ...own.map(({ name }) => name), 'level'],
    cells: (model) => [
      model.norm,
      formatPythonTuple(model.sparseBlockShape),
      ...own.map(({ cell }) => String(cell(model))),
      String(model.sparsityLevel),
    ],
  };
}

/** The curves of a table, in the order of their first rows. */
export function curvesOf<Row extends GridPoint>(rows: readonly Row[]): Curve<Row>[] {
  const curves = new Map<string, Curve<Row>>();
  for (const row of rows) {
    const { name, dashed } = methodOf(row).curve(row);
    const curve = curves.get(name) ?? { name, dashed, rows: [] };
    curve.rows.push(row);
    curves.set(name, curve);
  }
  for (const curve of curves.values()) curve.rows.sort((a, b) => a.sparsityLevel - b.sparsityLevel);
  return [...curves.values()];
}

/** Whether two rows are about the same model. */
export function areOfOneModel(a: GridPoint, b: GridPoint): boolean {
  return a.sparsityLevel === b.sparsityLevel && methodOf(a).curve(a).name === methodOf(b).curve(b).name;
}

/** The distinct levels of a table, ascending. */
export function levelsOf(rows: readonly GridPoint[]): number[] {
  return [...new Set(rows.map(({ sparsityLevel }) => sparsityLevel))].sort((a, b) => a - b);
}

/** Some levels as a reader wants them: `0, 0.5, 0.9`, or `20 from 0 to 1`. */
export function describeLevels(levels: readonly number[]): string {
  return levels.length <= 6 ? levels.join(', ') : `${levels.length} from ${levels[0]} to ${levels.at(-1)}`;
}
