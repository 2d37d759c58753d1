import { globalLevelSweeps } from '@ds/data-sparsifier';
import { blockNorm } from '../block-norm/block-norm.js';
import { sweepConfig } from '../block-norm/rank-tables.js';
import { importanceOf } from '../tables/importance-of.js';
import { levelLadder } from '../grid/level-ladder.js';
import type { Method } from '../method.js';
import { scaledTables } from '../tables/scaled-tables.js';

const method = 'access-norm';

/**
 * Prunes the blocks of all tables with the smallest product of norm and lookups of their row: rows that are never looked up
 * are pruned first, however large they are.
 */
export const accessNorm: Method = {
  ...withoutScope(blockNorm),
  id: method,
  label: 'Access x norm',
  needs: 'calibration',
  grid: (settings) => blockNorm.grid(settings).map((points) => points.map((point) => ({ ...point, method }))),
  ladder: () => levelLadder({ norm: 'L1', sparseBlockShape: [1, 1], method }),
  async sweep(tables, points, context) {
    const config = sweepConfig(points);
    const scaled = scaledTables(tables, (name, dim) => {
      const { accesses } = importanceOf(context, method, name);
      // L2 squares its input.
      return (at) => {
        const count = accesses[Math.floor(at / dim)]!;
        return config.norm === 'L2' ? Math.sqrt(count) : count;
      };
    });
    const sweeps = globalLevelSweeps({ ...config, tables: scaled });
    return { points, tables: Object.fromEntries([...sweeps].map(([name, { ranks }]) => [name, ranks])) };
  },
  curve(point) {
    const { name, dashed } = blockNorm.curve(point);
    return { name: `access x ${name}`, dashed };
  },
  file(point) {
    const { folders, name } = blockNorm.file(point);
    return { folders: [method, ...folders], name };
  },
};

function withoutScope({ scope: _, ...rest }: Method): Omit<Method, 'scope'> {
  return rest;
}
