import { LevelSweep } from './level-sweep.js';
import { planSweep, type LevelSweepConfig, type SweepPlan } from './plan-sweep.js';
import { rankTogether } from './ranking/rank-together.js';
import { roundHalfToEven } from '../quantization/round-half-to-even.js';
import { sharedBytes } from '../shared-memory.js';
import type { Table } from '../table.js';

/**
 * Sweeps of many tables, like those of `levelSweep`, with the blocks of all tables ranked together. Of all blocks in
 * ascending order of their norms, a level prunes the first round(level * blocks); ties go in the order of the tables,
 * lowest index first. The masks of a level equal those of DataNormSparsifier with scope `global`.
 *
 * @throws Error naming an invalid table or option.
 */
export function globalLevelSweeps({
  tables,
  ...config
}: LevelSweepConfig & { tables: Readonly<Record<string, Table>> }): Map<string, LevelSweep> {
  const planned = Object.entries(tables).map(([name, table]) => ({
    name,
    table,
    plan: planSweep(name, table, config),
  }));
  const ranks = globalRanks(planned.map(({ table, plan }) => ({ data: table.data, plan })));
  return new Map(
    planned.map(({ name, table, plan }, index) => [name, new LevelSweep(table, plan, ranks[index]!)]),
  );
}

/** For each table, the ranks of its blocks among those of all tables. All plans must have the same levels. */
export function globalRanks(tables: readonly { data: Float32Array; plan: SweepPlan }[]): Uint8Array[] {
  const blocks = tables.reduce((sum, { plan }) => sum + plan.grid.blocks, 0);
  const ranks = typeof SharedArrayBuffer === 'undefined' ? new Uint8Array(blocks) : sharedBytes(blocks);
  const levels = tables[0]?.plan.ascending ?? [];
  rankTogether(
    tables.map(({ data, plan: { grid, norm } }) => ({ data, grid, norm })),
    levels.map((level) => roundHalfToEven(level * blocks)),
    ranks,
  );
  let next = 0;
  return tables.map(({ plan }) => ranks.subarray(next, (next += plan.grid.blocks)));
}
