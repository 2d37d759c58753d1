import { formatPythonFloat, formatPythonTuple } from '../../results/python-notation.js';
import type { Method } from '../method.js';
import { blockNormSettings } from './block-norm-settings.js';
import { benchmarkGrid } from './grid.js';
import { PrunedTables } from './pruned-tables.js';
import { rankTables } from './rank-tables.js';

/**
 * The original's: in each table by itself, the blocks with the smallest norms are pruned
 * (`evaluate_disk_savings.py` of its benchmarks).
 */
export const blockNorm: Method = {
  id: 'block-norm',
  label: 'Block norm',
  scope: 'table',
  needs: 'tables',
  settings: blockNormSettings,
  grid: (settings) =>
    benchmarkGrid(settings).map(({ sparsityLevels, ...point }) =>
      sparsityLevels.map((sparsityLevel) => ({ ...point, sparsityLevel })),
    ),
  sweep: rankTables,
  compress: (stateDict, plan, point) => new PrunedTables(stateDict, plan, point),
  curve: ({ norm, sparseBlockShape }) => ({
    name: `${norm}, blocks ${formatPythonTuple(sparseBlockShape)}`,
    dashed: norm === 'L2',
  }),
  file: ({ norm, sparseBlockShape, sparsityLevel }) => ({
    folders: [norm, `config_${formatPythonTuple(sparseBlockShape)}`],
    name: `criteo_model_norm=${norm}_sl=${formatPythonFloat(sparsityLevel)}`,
  }),
};
