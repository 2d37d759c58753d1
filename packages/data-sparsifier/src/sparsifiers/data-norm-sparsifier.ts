import { BaseDataSparsifier, type SparsifierOptions } from './base-data-sparsifier.js';
import { planSweep } from '../selection/plan-sweep.js';
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
    checkNorm(norm);
    super({ sparsityLevel, sparseBlockShape, zerosPerBlock }, options);
    this.norm = norm;
  }

  protected override checkConfig(config: NormConfig): void {
    checkSparsityLevel(config.sparsityLevel);
    checkBlocks(config);
  }

  override updateMask(name: string, table: Table, { sparsityLevel, ...config }: NormConfig): void {
    const plan = planSweep(name, table, { levels: [sparsityLevel], norm: this.norm, ...config });
    selectMask(table.data, plan, this.getMask(name));
  }

  /**
   * Does what `step` does on a pool of threads, large tables in parts. Tables over a SharedArrayBuffer are read
   * where they are; others are copied, one thread's work at a time. The threads stay for up to half a minute, for
   * the next step, and may hold the shared copy of the table of their last task for that time. Without worker threads
   * (in a browser) it is `step`. The tables must not change meanwhile.
   */
  async stepInThreads({
    threads,
  }: {
    /** Default: the available processors. */
    threads?: number;
  } = {}): Promise<void> {
    if (!this.enableMaskUpdate) return;
    const jobs = this.names.map((name) => {
      const { sparsityLevel, ...config } = this.getConfig(name);
      const table = this.getData(name);
      const plan = planSweep(name, table, { levels: [sparsityLevel], norm: this.norm, ...config });
      return { data: table.data, plan, output: 'mask' as const, target: this.getMask(name) };
    });
    const { selectOnThreads } = await import('../threads.js');
    await selectOnThreads({ jobs, threads, keepIdle: 30_000 });
  }
}
