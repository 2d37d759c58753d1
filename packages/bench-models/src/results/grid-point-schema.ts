import { defaultNorms, type GridPoint } from '../grid/grid.js';
import { blockShapeCell, float, oneOf } from './cell-types.js';
import { columnsOf, type ResultsSchema } from './results-schema.js';

/** The fields that say which model a row is about. */
export const gridPointSchema: ResultsSchema<GridPoint> = {
  norm: { column: 'norm', cell: oneOf(defaultNorms) },
  sparseBlockShape: { column: 'sparse_block_shape', cell: blockShapeCell },
  sparsityLevel: { column: 'sparsity_level', cell: float({ minimum: 0, maximum: 1 }) },
};

/** The columns that say which model a row is about; every results file starts with them. */
export const gridPointColumns = columnsOf(gridPointSchema);

/** Which model a row is about. */
export function gridPointOf({ norm, sparseBlockShape, sparsityLevel }: GridPoint): GridPoint {
  return { norm, sparseBlockShape, sparsityLevel };
}
