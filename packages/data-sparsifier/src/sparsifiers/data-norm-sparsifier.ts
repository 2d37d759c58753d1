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

/** The defaults for all data, and the norm and scope, which are the same for all data. */
export interface DataNormSparsifierOptions extends Partial<NormConfig>, SparsifierOptions {
  /** How values are measured; default L1. */
  norm?: Norm | undefined;
  /**
   * `table` (the default) ranks the blocks of each table separately; `global` ranks the blocks of all data together, with
   * one threshold. All data then have the same sparsity level and block shape.
   */
  scope?: Scope | undefined;
}

/**
 * Prunes the blocks with the smallest norms in each table: round(level * blocks) of them (halves to even), ties with the
 * lowest index first. With scope `global` the blocks of all data are ranked together, ties in the order of the data. After
 * PyTorch's torch/ao/pruning/_experimental/data_sparsifier/data_norm_sparsifier.py.
 */
export class DataNormSparsifier extends BaseDataSparsifier<NormConfig> {
  /** How values are measured. */
  readonly norm: Norm;
  /** Whether blocks are ranked within each table or over all data. */
  readonly scope: Scope;

  /** @throws Error naming an invalid option, with what was expected and found. */
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
    // Data added by the constructor have the defaults.
    if (this.scope !== 'global') return;
    for (const option of ['sparsityLevel', 'sparseBlockShape'] as const) {
      const [expected, found] = [JSON.stringify(this.defaults[option]), JSON.stringify(config[option])];
      if (found !== expected)
        throw new Error(`${option}: with scope global expected ${expected}, as for all data, found ${found}`);
    }
  }

  protected override checkData(name: string, table: Table, config: NormConfig): void {
    planMask(name, table, config); // the norm, not yet set during the constructor, does not matter here
  }

  override step(): void {
    // A subclass that overrides updateMask computes its masks one by one.
    if (this.scope === 'table' || this.#overridesUpdateMask()) return super.step();
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

  /** @throws Error with scope `global`, because `step` then computes the masks of all data together. */
  override updateMask(name: string, table: Table, config: NormConfig): void {
    if (this.scope === 'global')
      throw new Error(`data "${name}": with scope global, step() computes all masks together`);
    selectMask(table.data, planMask(name, table, config, this.norm), this.getMask(name));
  }

  /**
   * `step` on a pool of threads, with large tables in parts. Tables over a SharedArrayBuffer are read in place; others are
   * copied, as many at a time as there are threads. The threads are kept for up to half a minute, for the next step, and
   * may hold the shared copy of the table of their last task for that time. Without worker threads (in a browser), with
   * scope `global`, and for a subclass that overrides `updateMask`, this is `step`. The tables must not change meanwhile.
   */
  async stepInThreads({
    threads,
  }: {
    /** Default: the available processors. */
    threads?: number;
  } = {}): Promise<void> {
    if (this.scope === 'global' || this.#overridesUpdateMask()) return this.step();
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

  #overridesUpdateMask(): boolean {
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
