import { globalLevelSweeps } from '@ds/data-sparsifier';
import { formatPythonTuple } from '../../results/csv/python-notation.js';
import { accessNorm } from '../access-norm/access-norm.js';
import { sweepConfig } from '../block-norm/rank-tables.js';
import { importanceOf } from '../tables/importance-of.js';
import { levelLadder } from '../grid/level-ladder.js';
import type { Method } from '../method.js';
import { scaledTables } from '../tables/scaled-tables.js';

const method = 'curvature-access';

/**
 * Prunes the blocks of all tables whose removal increases the log loss least. A value w contributes f h w^2, where f is the
 * number of lookups of its row and h the curvature of the loss in its column (optimal brain damage, LeCun et al. 1989).
 */
export const curvatureAccess: Method = {
  ...accessNorm,
  id: method,
  label: 'Curvature x access',
  settings: accessNorm.settings.filter(({ name }) => name !== 'norms' && name !== 'allCombinations'),
  grid: ({ norms: _, ...settings }: { norms?: unknown }) =>
    accessNorm
      .grid({ ...settings, norms: ['L2'] })
      .map((points) => points.map((point) => ({ ...point, method }))),
  ladder: () => levelLadder({ norm: 'L2', sparseBlockShape: [1, 1], method }),
  async sweep(tables, points, context) {
    const scaled = scaledTables(tables, (name, dim) => {
      const { accesses, curvature } = importanceOf(context, method, name);
      return (at) => {
        const column = at % dim;
        return Math.sqrt(accesses[Math.floor(at / dim)]! * Math.max(0, curvature[column * (dim + 1)]!));
      };
    });
    const sweeps = globalLevelSweeps({ ...sweepConfig(points), tables: scaled });
    return { points, tables: Object.fromEntries([...sweeps].map(([name, { ranks }]) => [name, ranks])) };
  },
  curve: ({ sparseBlockShape }) => ({
    name: `curvature x access, blocks ${formatPythonTuple(sparseBlockShape!)}`,
    dashed: false,
  }),
  file(point) {
    const { folders, name } = accessNorm.file(point);
    return { folders: [method, ...folders.slice(1)], name };
  },
};
