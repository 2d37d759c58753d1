import { formatPythonFloat, formatPythonTuple } from '../../results/csv/python-notation.js';
import type { BlockPoint, GridPoint } from '../grid/grid-point.js';
import type { Method } from '../method.js';
import { blockNormSettings } from './block-norm-settings.js';
import { benchmarkGrid } from './grid.js';
import { PrunedTables } from './pruned-tables.js';
import { rankTables } from './rank-tables.js';

/**
 * The original's method: prunes the blocks with the smallest norms in each table (`evaluate_disk_savings.py` of its
 * benchmarks).
 */
export const blockNorm: Method = {
  id: 'block-norm',
  label: 'Block norm',
  scope: 'table',
  fields: ['norm', 'sparseBlockShape', 'sparsityLevel'],
  stores: 'values',
  needs: 'tables',
  settings: blockNormSettings,
  grid: (settings) =>
    benchmarkGrid(settings).map(({ sparsityLevels, ...point }) =>
      sparsityLevels.map((sparsityLevel) => ({ ...point, sparsityLevel })),
    ),
  sweep: rankTables,
  compress: (stateDict, plan, point) => new PrunedTables(stateDict, plan, blockPoint(point)),
  curve(point) {
    const { norm, sparseBlockShape } = blockPoint(point);
    return { name: `${norm}, blocks ${formatPythonTuple(sparseBlockShape)}`, dashed: norm === 'L2' };
  },
  file(point) {
    const { norm, sparseBlockShape, sparsityLevel } = blockPoint(point);
    return {
      folders: [norm, `config_${formatPythonTuple(sparseBlockShape)}`],
      name: `criteo_model_norm=${norm}_sl=${formatPythonFloat(sparsityLevel)}`,
    };
  },
};

/** Every point of this method has these fields. */
function blockPoint(point: GridPoint): BlockPoint {
  return point as BlockPoint;
}
