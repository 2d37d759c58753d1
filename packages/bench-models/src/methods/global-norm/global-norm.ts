import { globalLevelSweeps } from '@ds/data-sparsifier';
import { blockNorm } from '../block-norm/block-norm.js';
import { sweepConfig } from '../block-norm/rank-tables.js';
import { levelLadder } from '../grid/level-ladder.js';
import type { Method } from '../method.js';

const scope = 'global';

/** Prunes the blocks with the smallest norms of all tables: one threshold, instead of the original's one per table. */
export const globalNorm: Method = {
  ...blockNorm,
  id: 'global-norm',
  label: 'Global norm',
  scope,
  grid: (settings) => blockNorm.grid(settings).map((points) => points.map((point) => ({ ...point, scope }))),
  ladder: () => levelLadder({ norm: 'L1', sparseBlockShape: [1, 1], scope }),
  async sweep(tables, points) {
    const sweeps = globalLevelSweeps({ ...sweepConfig(points), tables });
    return { points, tables: Object.fromEntries([...sweeps].map(([name, { ranks }]) => [name, ranks])) };
  },
  curve(point) {
    const { name, dashed } = blockNorm.curve(point);
    return { name: `${name}, global`, dashed };
  },
  file(point) {
    const { folders, name } = blockNorm.file(point);
    return { folders: [scope, ...folders], name };
  },
};
