import { BaseDataSparsifier, type SparsifierOptions } from './base-data-sparsifier.js';
import { planSweep, type SweepPlan } from '../selection/plan-sweep.js';
import { checkOptionNames } from './check-option-names.js';
import {
  checkBlocks,
  checkNorm,
  checkScope,
  checkSparsityLevel,
  type Norm,
  type NormConfig,
  type Scope,
} from './norm-config.js';
import { globalRanks } from '../selection/global-level-sweeps.js';
import { writeMask } from '../selection/pruned-values.js';
import { selectMask } from '../selection/select-mask.js';
import type { Table } from '../table.js';

/** The defaults for all data, and norm and scope, which are one for all data. */
export interface DataNormSparsifierOptions extends Partial<NormConfig>, SparsifierOptions {
  /** How the size of a value counts; default L1. */
  norm?: Norm | undefined;
  /**
   * What blocks are ranked among: those of their own `table`, or with one threshold those of all data, `global`, which
   * then have one sparsity level and block shape. Default: table.
   */
  scope?: Scope | undefined;
}

/**
 * Prunes, in each table by itself, the blocks with the smallest norms: round(level * blocks) of them (a half goes
 * to the even number), equal ones with the lowest index first. With scope `global` the blocks of all data are ranked
 * together, equal ones in the order of the data. After PyTorch's
 * torch/ao/pruning/_experimental/data_sparsifier/data_norm_sparsifier.py.
 */
export class DataNormSparsifier extends BaseDataSparsifier<NormConfig> {
  /** How the size of a value counts. */
  readonly norm: Norm;
  /** What blocks are ranked among. */
  readonly scope: Scope;

  /** @throws Error naming the option that makes no sense, with what was expected and found. */
  constructor({
    sparsityLevel = 0.5,
    sparseBlockShape = [1, 4],
    zerosPerBlock,
    norm = 'L1',
    scope = 'table',
    ...options
  }: DataNormSparsifierOptions = {}) {
    checkOptionNames(options, [
      'sparsityLevel',
      'sparseBlockShape',
      'zerosPerBlock',
      'norm',
      'scope',
      'dataList',
      'onWarning',
    ]);
    checkNorm(norm);
    checkScope(scope);
    super({ sparsityLevel, sparseBlockShape, zerosPerBlock }, options);
    this.norm = norm;
    this.scope = scope;
  }

  protected override checkConfig(config: NormConfig): void {
    checkOptionNames(config, ['sparsityLevel', 'sparseBlockShape', 'zerosPerBlock', 'reuseMask']);
    checkSparsityLevel(config.sparsityLevel);
    checkBlocks(config);
    // Before the constructor is done all data have the defaults.
    if (this.scope !== 'global') return;
    for (const option of ['sparsityLevel', 'sparseBlockShape'] as const) {
      const [expected, found] = [JSON.stringify(this.defaults[option]), JSON.stringify(config[option])];
      if (found !== expected)
        throw new Error(`${option}: with scope global expected ${expected}, as of all data, found ${found}`);
    }
  }

  protected override checkData(name: string, table: Table, config: NormConfig): void {
    planMask(name, table, config); // the norm, which the constructor knows only later, does not matter here
  }

  override step(): void {
    // A subclass with masks of its own makes them one by one.
    if (this.scope === 'table' || this.#makesOwnMasks()) return super.step();
    if (!this.enableMaskUpdate) return;
    const planned = this.names.map((name) => {
      const { data, plan } = this.#planOf(name);
      return { name, data, plan };
    });
    globalRanks(planned).forEach((ranks, index) => {
      const { name, data, plan } = planned[index]!;
      writeMask({ ...plan, ranks, rank: 0, data }, this.getMask(name));
    });
  }

  /** @throws Error with scope `global`, where `step` makes the masks of all data together. */
  override updateMask(name: string, table: Table, config: NormConfig): void {
    if (this.scope === 'global')
      throw new Error(`data "${name}": with scope global all masks are made together, by step()`);
    selectMask(table.data, planMask(name, table, config, this.norm), this.getMask(name));
  }

  /**
   * Does what `step` does on a pool of threads, large tables in parts. Tables over a SharedArrayBuffer are read
   * where they are; others are copied, one thread's work at a time. The threads stay for up to half a minute, for
   * the next step, and may hold the shared copy of the table of their last task for that time. Without worker threads
   * (in a browser), with scope `global`, and for a subclass with an `updateMask` of its own, it is `step`. The tables
   * must not change meanwhile.
   */
  async stepInThreads({
    threads,
  }: {
    /** Default: the available processors. */
    threads?: number;
  } = {}): Promise<void> {
    if (this.scope === 'global' || this.#makesOwnMasks()) return this.step();
    if (!this.enableMaskUpdate) return;
    const jobs = this.names.map((name) => ({
      ...this.#planOf(name),
      output: 'mask' as const,
      target: this.getMask(name),
    }));
    const { selectOnThreads } = await import('../threads.js');
    await selectOnThreads({ jobs, threads, keepIdle: 30_000 });
  }

  #planOf(name: string): { data: Float32Array; plan: SweepPlan } {
    const table = this.getData(name);
    return { data: table.data, plan: planMask(name, table, this.getConfig(name), this.norm) };
  }

  #makesOwnMasks(): boolean {
    return this.updateMask !== DataNormSparsifier.prototype.updateMask;
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
