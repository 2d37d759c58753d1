import { globalLevelSweeps, LevelSweep, MixedPrecisionTable } from '@ds/data-sparsifier';
import { formatPythonFloat } from '../../results/csv/python-notation.js';
import { blockNormSettings } from '../block-norm/block-norm-settings.js';
import { benchmarkGrid, defaultSparsityLevels } from '../block-norm/grid.js';
import { CodedTables } from '../tables/coded-tables.js';
import type { GridPoint } from '../grid/grid-point.js';
import { importanceOf } from '../tables/importance-of.js';
import { levelLadder } from '../grid/level-ladder.js';
import type { Method } from '../method.js';
import { rowScores } from './row-scores.js';

/**
 * Prunes the rows of all tables that matter least to the loss, and stores the others in 8 or 4 bits per value, rounded to the
 * nearest code. Rows are ranked by f w^T H w, with the lookups f of the row w and the curvature H of the loss.
 */
export function wholeRows(bits: 8 | 4): Method {
  const method = `rows-int${bits}`;
  return {
    id: method,
    label: `Whole rows in int${bits}`,
    fields: ['method', 'sparsityLevel'],
    stores: 'codes',
    needs: 'calibration',
    settings: blockNormSettings.filter(({ name }) => name === 'sparsityLevels'),
    grid({ sparsityLevels = defaultSparsityLevels }: { sparsityLevels?: readonly number[] }) {
      // Refuses the same levels as the original's grid.
      benchmarkGrid({ sparsityLevels });
      return [sparsityLevels.map((sparsityLevel) => ({ method, sparsityLevel }))];
    },
    ladder: () => levelLadder({ method }),
    async sweep(tables, points, context) {
      const scored = Object.fromEntries(
        Object.entries(tables).map(([name, table]) => [
          name,
          { data: rowScores(table, importanceOf(context, method, name)), shape: [table.shape[0]!, 1] },
        ]),
      );
      const sweeps = globalLevelSweeps({ ...sweepConfig(points), tables: scored });
      return { points, tables: Object.fromEntries([...sweeps].map(([name, { ranks }]) => [name, ranks])) };
    },
    compress: (stateDict, { tables, points }, { sparsityLevel }) =>
      new CodedTables(Object.keys(tables), (name) => {
        const table = stateDict[name]!;
        const rows = { data: new Float32Array(table.shape[0]!), shape: [table.shape[0]!, 1] };
        const ranks = tables[name] as Uint8Array;
        const sweep = LevelSweep.fromRanks({ ...sweepConfig(points), table: rows, ranks });
        const kept = sweep.mask(sparsityLevel!);
        return MixedPrecisionTable.fromDense({ table, bits: kept.map((keep) => keep * bits) });
      }),
    curve: () => ({ name: `whole rows, int${bits}`, dashed: bits === 4 }),
    file: ({ sparsityLevel }) => ({
      folders: [method],
      name: `criteo_model_sl=${formatPythonFloat(sparsityLevel!)}`,
    }),
  };
}

/** A row is a block of one value, its score. */
function sweepConfig(points: readonly GridPoint[]) {
  return {
    norm: 'L1' as const,
    sparseBlockShape: [1, 1] as const,
    levels: points.map(({ sparsityLevel }) => sparsityLevel!),
  };
}
