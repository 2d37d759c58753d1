import { BaseDataSparsifier, type SparsifierOptions } from './base-data-sparsifier.js';
import { planSweep, type SweepPlan } from '../selection/plan-sweep.js';
import { checkOptionNames } from './check-option-names.js';
import { checkBlocks, checkNorm, checkSparsityLevel, type Norm, type NormConfig } from './norm-config.js';
import { selectMask } from '../selection/select-mask.js';
import type { Table } from '../table.js';

/** The defaults for all data, and the norm, which is one for all data. */
export interface DataNormSparsifierOptions extends Partial<NormConfig>, SparsifierOptions {
  /** How the size of a value counts; default L1. */
  norm?: Norm | undefined;
}

/**
 * Prunes, in each table by itself, the blocks with the smallest norms: round(level * blocks) of them (a half goes
 * to the even number), equal ones with the lowest index first. After PyTorch's
 * torch/ao/pruning/_experimental/data_sparsifier/data_norm_sparsifier.py.
 */
export class DataNormSparsifier extends BaseDataSparsifier<NormConfig> {
  /** How the size of a value counts. */
  readonly norm: Norm;

  /** @throws Error naming the option that makes no sense, with what was expected and found. */
  constructor({
    sparsityLevel = 0.5,
    sparseBlockShape = [1, 4],
    zerosPerBlock,
    norm = 'L1',
    ...options
  }: DataNormSparsifierOptions = {}) {
    checkOptionNames(options, [
      'sparsityLevel',
      'sparseBlockShape',
      'zerosPerBlock',
      'norm',
      'dataList',
      'onWarning',
    ]);
    checkNorm(norm);
    super({ sparsityLevel, sparseBlockShape, zerosPerBlock }, options);
    this.norm = norm;
  }

  protected override checkConfig(config: NormConfig): void {
    checkOptionNames(config, ['sparsityLevel', 'sparseBlockShape', 'zerosPerBlock', 'reuseMask']);
    checkSparsityLevel(config.sparsityLevel);
    checkBlocks(config);
  }

  protected override checkData(name: string, table: Table, config: NormConfig): void {
    planMask(name, table, config); // the norm, which the constructor knows only later, does not matter here
  }

  override updateMask(name: string, table: Table, config: NormConfig): void {
    selectMask(table.data, planMask(name, table, config, this.norm), this.getMask(name));
  }

  /**
   * Does what `step` does on a pool of threads, large tables in parts. Tables over a SharedArrayBuffer are read
   * where they are; others are copied, one thread's work at a time. The threads stay for up to half a minute, for
   * the next step, and may hold the shared copy of the table of their last task for that time. Without worker threads
   * (in a browser), and for a subclass with an `updateMask` of its own, it is `step`. The tables must not change meanwhile.
   */
  async stepInThreads({
    threads,
  }: {
    /** Default: the available processors. */
    threads?: number;
  } = {}): Promise<void> {
    // A subclass with masks of its own makes them here.
    if (this.updateMask !== DataNormSparsifier.prototype.updateMask) return this.step();
    if (!this.enableMaskUpdate) return;
    const jobs = this.names.map((name) => {
      const table = this.getData(name);
      const plan = planMask(name, table, this.getConfig(name), this.norm);
      return { data: table.data, plan, output: 'mask' as const, target: this.getMask(name) };
    });
    const { selectOnThreads } = await import('../threads.js');
    await selectOnThreads({ jobs, threads, keepIdle: 30_000 });
  }
}

function planMask(
  name: string,
  table: Table,
  { sparsityLevel, ...config }: NormConfig,
  norm?: Norm,
): SweepPlan {
  return planSweep(name, table, { levels: [sparsityLevel], norm, ...config });
}
