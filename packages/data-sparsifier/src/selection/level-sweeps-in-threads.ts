import { LevelSweep } from './level-sweep.js';
import { planSweep, type LevelSweepConfig } from './plan-sweep.js';
import { sharedBytes } from '../shared-memory.js';
import type { Table } from '../table.js';

/**
 * `levelSweep` for many tables, on a pool of threads. Tables over a SharedArrayBuffer are read in place; others are
 * copied, as many at a time as there are threads.
 *
 * @throws Error naming an invalid table or option.
 */
export async function levelSweepsInThreads({
  tables,
  threads,
  ...config
}: LevelSweepConfig & {
  tables: Readonly<Record<string, Table>>;
  /** Default: the available processors. */
  threads?: number | undefined;
}): Promise<Map<string, LevelSweep>> {
  const sweeps = new Map<string, LevelSweep>();
  const jobs = Object.entries(tables).map(([name, table]) => {
    const plan = planSweep(name, table, config);
    const ranks =
      typeof SharedArrayBuffer === 'undefined'
        ? new Uint8Array(plan.grid.blocks)
        : sharedBytes(plan.grid.blocks);
    sweeps.set(name, new LevelSweep(table, plan, ranks));
    return { data: table.data, plan, output: 'ranks' as const, target: ranks };
  });
  const { selectOnThreads } = await import('../threads.js');
  await selectOnThreads({ jobs, threads });
  return sweeps;
}
