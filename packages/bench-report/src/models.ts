import {
  formatPythonTuple,
  gridPointOwnColumns,
  methodOf,
  modelTitle,
  type GridPoint,
} from '@ds/bench-models';
import { noValue } from './tables/text-table.js';

/** Models that differ only in their level: one line of a chart. */
export interface Curve<Row extends GridPoint> {
  /** `L1, blocks (1, 4)`. */
  name: string;
  dashed: boolean;
  /** By ascending level. */
  rows: Row[];
}

/** The columns of a displayed table that identify the model of a row. */
export interface ModelColumns {
  headings: string[];
  cells: (model: GridPoint) => string[];
}

/** Fields that vary along a curve, like the level. */
const alongCurve = ['bits', 'ratio'];

/** The columns that distinguish these models: the original's, and those of ours that at least one model needs. */
export function modelColumnsOf(models: readonly GridPoint[]): ModelColumns {
  const own = gridPointOwnColumns.filter(({ cell }) => models.some((model) => cell(model) !== ''));
  const ofCurve = own.filter(({ name }) => !alongCurve.includes(name));
  const ofPoint = own.filter(({ name }) => alongCurve.includes(name));
  const texts = (columns: typeof own, model: GridPoint) => columns.map(({ cell }) => String(cell(model)));
  return {
    headings: [
      'norm',
      'block',
      ...ofCurve.map(({ name }) => name),
      'level',
      ...ofPoint.map(({ name }) => name),
    ],
    cells: (model) => [
      model.norm ?? noValue,
      model.sparseBlockShape ? formatPythonTuple(model.sparseBlockShape) : noValue,
      ...texts(ofCurve, model),
      String(model.sparsityLevel ?? noValue),
      ...texts(ofPoint, model),
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
  for (const curve of curves.values()) {
    curve.rows.sort((a, b) => (a.sparsityLevel ?? 0) - (b.sparsityLevel ?? 0));
  }
  return [...curves.values()];
}

/** A row of a model that has a sparsity level. */
export type WithLevel<Row extends GridPoint> = Row & { sparsityLevel: number };

/** The rows of models that have a sparsity level and can be drawn in charts over the level. */
export function withLevels<Row extends GridPoint>(rows: readonly Row[]): WithLevel<Row>[] {
  return rows.filter((row): row is WithLevel<Row> => row.sparsityLevel !== undefined);
}

/** Whether two rows are about the same model. */
export function isSameModel(a: GridPoint, b: GridPoint): boolean {
  return modelTitle(a) === modelTitle(b);
}

/** The distinct levels of a table, ascending. */
export function levelsOf(rows: readonly Pick<GridPoint, 'sparsityLevel'>[]): number[] {
  const levels = withLevels(rows).map(({ sparsityLevel }) => sparsityLevel);
  return [...new Set(levels)].sort((a, b) => a - b);
}

/** A short description of levels: `0, 0.5, 0.9`, or `20 from 0 to 1`. */
export function describeLevels(levels: readonly number[]): string {
  return levels.length <= 6 ? levels.join(', ') : `${levels.length} from ${levels[0]} to ${levels.at(-1)}`;
}
