import { norms, type GridPoint } from '../methods/grid-point.js';
import { methods } from '../methods/methods.js';
import { blockShapeCell, float, oneOf } from './cell-types.js';
import type { ResultsColumn } from './results-csv.js';
import { columnsOf, type ResultsSchema } from './results-schema.js';

const originals: ResultsSchema<Omit<GridPoint, 'scope'>> = {
  norm: { column: 'norm', cell: oneOf(norms) },
  sparseBlockShape: { column: 'sparse_block_shape', cell: blockShapeCell },
  sparsityLevel: { column: 'sparsity_level', cell: float({ minimum: 0, maximum: 1 }) },
};
const ours: ResultsSchema<Pick<GridPoint, 'scope'>> = {
  scope: {
    column: 'scope',
    cell: oneOf(methods.map(({ scope }) => scope)),
    mayBeEmpty: true,
    mayBeAbsent: true,
  },
};

/** The columns that say which model a row is about; every results file starts with them. */
export const gridPointColumns: readonly ResultsColumn<GridPoint>[] = columnsOf(originals);
/** The columns of ours that do; they come last, where a model needs them. */
export const gridPointOwnColumns: readonly ResultsColumn<GridPoint>[] = columnsOf(ours);

/** A results file with these columns after those that name the model. */
export function modelSchema<Row>(schema: ResultsSchema<Row>): ResultsSchema<GridPoint & Row> {
  return { ...originals, ...schema, ...ours } as ResultsSchema<GridPoint & Row>;
}

/** The columns of a results file about these models. */
export function modelColumns<Row>(
  columns: readonly ResultsColumn<Row>[],
  models: readonly GridPoint[],
): ResultsColumn<GridPoint & Row>[] {
  const own = gridPointOwnColumns.filter(({ cell }) => models.some((model) => cell(model) !== ''));
  return [...gridPointColumns, ...columns, ...own];
}

/** Which model a row is about. */
export function gridPointOf({ norm, sparseBlockShape, sparsityLevel, scope }: GridPoint): GridPoint {
  return { norm, sparseBlockShape, sparsityLevel, ...(scope !== undefined && { scope }) };
}
