import { formatPythonTuple, type GridPoint } from '@ds/bench-models';

/** The models that differ in their level alone: one line of a chart. */
export interface Curve<Row extends GridPoint> {
  /** `L1, blocks (1, 4)`. */
  name: string;
  dashed: boolean;
  /** By ascending level. */
  rows: Row[];
}

/** The headings of the columns that say which model a row is about, for `modelCells`. */
export const modelHeadings = ['norm', 'block', 'level'];

/** Which model a row is about, under `modelHeadings`. */
export function modelCells({ norm, sparseBlockShape, sparsityLevel }: GridPoint): string[] {
  return [norm, formatPythonTuple(sparseBlockShape), String(sparsityLevel)];
}

/** The curves of a table, in the order of their first rows. */
export function curvesOf<Row extends GridPoint>(rows: readonly Row[]): Curve<Row>[] {
  const curves = new Map<string, Curve<Row>>();
  for (const row of rows) {
    const name = curveName(row);
    const curve = curves.get(name) ?? { name, dashed: row.norm === 'L2', rows: [] };
    curve.rows.push(row);
    curves.set(name, curve);
  }
  for (const curve of curves.values()) curve.rows.sort((a, b) => a.sparsityLevel - b.sparsityLevel);
  return [...curves.values()];
}

/** Whether two rows are about the same model. */
export function areOfOneModel(a: GridPoint, b: GridPoint): boolean {
  return a.sparsityLevel === b.sparsityLevel && curveName(a) === curveName(b);
}

/** A model in an error: `L1, blocks (1, 4), level 0.5`. */
export function modelTitle(row: GridPoint): string {
  return `${curveName(row)}, level ${row.sparsityLevel}`;
}

/** The distinct levels of a table, ascending. */
export function levelsOf(rows: readonly GridPoint[]): number[] {
  return [...new Set(rows.map(({ sparsityLevel }) => sparsityLevel))].sort((a, b) => a - b);
}

/** Some levels as a reader wants them: `0, 0.5, 0.9`, or `20 from 0 to 1`. */
export function describeLevels(levels: readonly number[]): string {
  return levels.length <= 6 ? levels.join(', ') : `${levels.length} from ${levels[0]} to ${levels.at(-1)}`;
}

function curveName({ norm, sparseBlockShape }: GridPoint): string {
  return `${norm}, blocks ${formatPythonTuple(sparseBlockShape)}`;
}
