import { norms, type GridPoint } from '../methods/grid/grid-point.js';
import { methods } from '../methods/methods.js';
import { blockShapeCell, float, oneOf, wholeNumber, type CellType } from './csv/cell-types.js';
import type { ResultsColumn } from './csv/results-csv.js';
import { columnsOf, type Field, type ResultsSchema } from './csv/results-schema.js';

type Original = 'norm' | 'sparseBlockShape' | 'sparsityLevel';

const originals: ResultsSchema<Pick<GridPoint, Original>> = {
  norm: field('norm', oneOf(norms)),
  sparseBlockShape: field('sparseBlockShape', blockShapeCell, 'sparse_block_shape'),
  sparsityLevel: field('sparsityLevel', float({ minimum: 0, maximum: 1 }), 'sparsity_level'),
};
const ours: ResultsSchema<Omit<GridPoint, Original>> = {
  scope: {
    column: 'scope',
    role: 'key',
    cell: oneOf(methods.flatMap(({ scope }) => scope ?? [])),
    mayBeEmpty: true,
    mayBeAbsent: true,
  },
  method: {
    column: 'method',
    role: 'key',
    cell: oneOf(methods.filter(({ scope }) => scope === undefined).map(({ id }) => id)),
    mayBeEmpty: true,
    mayBeAbsent: true,
  },
  bits: { ...field('bits', wholeNumber({ minimum: 1 })), mayBeAbsent: true },
  ratio: { ...field('ratio', float({ minimum: 1 })), mayBeAbsent: true },
};

/** A field of the rows of those methods that use it. */
function field<Name extends keyof GridPoint>(
  name: Name,
  cell: CellType<Exclude<GridPoint[Name], undefined>>,
  column: string = name,
): Field<Exclude<GridPoint[Name], undefined>> {
  const mayBeEmpty = (cellOf: (column: string) => string | undefined) => {
    const id = cellOf('method')?.trim();
    const method = id ? methods.find((known) => known.id === id) : methods[0];
    return !method?.fields.includes(name);
  };
  return { column, role: 'key', cell, mayBeEmpty };
}

/** The columns that identify the model of a row; every results file starts with them. */
export const gridPointColumns: readonly ResultsColumn<GridPoint>[] = columnsOf(originals);
/** Our own columns that identify the model; they come last, and only if a model needs them. */
export const gridPointOwnColumns: readonly ResultsColumn<GridPoint>[] = columnsOf(ours);

/** The schema of a results file with these columns after those that identify the model. */
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

/** The model of a row. */
export function gridPointOf(row: GridPoint): GridPoint {
  const { norm, sparseBlockShape, sparsityLevel, scope, method, bits, ratio } = row;
  const point = { norm, sparseBlockShape, sparsityLevel, scope, method, bits, ratio };
  return Object.fromEntries(Object.entries(point).filter(([, value]) => value !== undefined));
}
