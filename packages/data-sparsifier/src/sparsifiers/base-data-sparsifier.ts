import { isShared, sharedBytes } from '../shared-memory.js';
import type { Table } from '../table.js';
import { dataSource, type DataSource, type SparsifiableData } from './tensor-data.js';

/** The state of one name: its mask, and whatever a subclass adds. */
export interface DataState {
  /** One entry per value, 1 keeps, 0 prunes. */
  mask: Uint8Array;
  [key: string]: unknown;
}

/** The whole state of a sparsifier, as plain objects and typed arrays. */
export interface SparsifierState<Config extends object> {
  /** The mask of each name. */
  state: Record<string, DataState>;
  /** The configuration of each name. */
  dataGroups: Record<string, Config>;
  /** The values of each name. */
  data: Record<
    string,
    {
      /** The original values, or the pruned ones if the mask was squashed. */
      table: Table;
      /** Whether the mask was squashed, so that the original values are gone. */
      isSquashed: boolean;
    }
  >;
}

/** Fractions of values that the masks prune, from 0 to 1. */
export interface Sparsity {
  /** Of each name; 0 for data without values. */
  byName: Record<string, number>;
  /** Of all values together. */
  all: number;
}

/** Options of every sparsifier. */
export interface SparsifierOptions {
  /** Data that gets the default configuration. */
  dataList?: Iterable<readonly [name: string, data: SparsifiableData]>;
  /** Receives warnings; default `console.warn`. */
  onWarning?: (message: string) => void;
}

interface HeldData {
  source: DataSource;
  isSquashed: boolean;
}

/**
 * Holds named tables by reference, each with a mask and a configuration. A subclass computes a mask in `updateMask`.
 * After PyTorch's torch/ao/pruning/_experimental/data_sparsifier/base_data_sparsifier.py.
 */
export abstract class BaseDataSparsifier<Config extends object = Record<string, unknown>> {
  /** While false, `step` does nothing. */
  enableMaskUpdate = true;
  /** The configuration of data that is added without one. */
  readonly defaults: Readonly<Config>;
  readonly #held = new Map<string, HeldData>();
  readonly #configs = new Map<string, Config>();
  readonly #states = new Map<string, DataState>();
  readonly #warn: (message: string) => void;

  /** Checks `defaults`, the configuration of data that is added without one, and adds the data in `options`. */
  constructor(
    defaults: Config,
    { dataList = [], onWarning = (message) => console.warn(message) }: SparsifierOptions = {},
  ) {
    this.#warn = onWarning;
    this.checkConfig(defaults);
    this.defaults = { ...defaults };
    for (const [name, data] of dataList) this.addData(name, data);
  }

  /**
   * Recomputes the mask of one table by writing to the array that `getMask(name)` returns.
   *
   * @param table The table with its original values.
   * @param config The configuration of this name.
   */
  abstract updateMask(name: string, table: Table, config: Readonly<Config>): void;

  /** Throws if a configuration is invalid; a subclass overrides it with its own checks. */
  protected checkConfig(_config: Config): void {
    // The base class accepts any configuration.
  }

  /** Throws if the data or its shape cannot be masked with this configuration; a subclass overrides it with its own checks. */
  protected checkData(_name: string, _table: Table, _config: Config): void {
    // The base class accepts any table.
  }

  /** The names of the data, in the order in which they were first added. */
  get names(): string[] {
    return [...this.#held.keys()];
  }

  /**
   * Adds data under a name, by reference. If the name exists, its data is replaced, with a warning: it keeps its
   * configuration, except for what `options` override, and its mask, unless `reuseMask` is false.
   *
   * @param options Overrides of the default configuration for this name; `reuseMask`, default true.
   * @throws Error if the data is not a table or a float32 tensor, the configuration is invalid, or the mask cannot be
   *   kept because the shape differs.
   */
  addData(
    name: string,
    data: SparsifiableData,
    { reuseMask = true, ...overrides }: Partial<Config> & { reuseMask?: boolean } = {} as Partial<Config>,
  ): this {
    const source = dataSource(name, data);
    const old = this.#held.get(name);
    const given = Object.entries(overrides).filter(([, value]) => value !== undefined);
    const config = { ...(this.#configs.get(name) ?? this.defaults), ...Object.fromEntries(given) } as Config;
    this.checkConfig(config);
    this.checkData(name, source.read(), config);
    let mask: Uint8Array | undefined;
    if (old) {
      this.#warn(`data "${name}" already exists and is replaced; did you mean a different name?`);
      if (reuseMask) {
        if (String(source.shape) !== String(old.source.shape)) {
          throw new Error(
            `data "${name}": to keep its mask, the new data must have the shape of the old data, ` +
              `[${old.source.shape.join(', ')}], found [${source.shape.join(', ')}]; or pass reuseMask: false`,
          );
        }
        mask = this.getMask(name);
      }
    }
    this.#held.set(name, { source, isSquashed: false });
    this.#configs.set(name, config);
    this.#states.set(name, { mask: mask ?? newMask(source) });
    return this;
  }

  /**
   * The data of a name: the caller's own table with the original values, or a new table with the mask applied (pruned
   * values are +0).
   *
   * @throws Error if there is no such data, or if its mask was squashed and the original is gone.
   */
  getData(name: string, { original = true }: { original?: boolean } = {}): Table {
    const { source, isSquashed } = this.#dataOf(name);
    if (original && isSquashed) {
      throw new Error(`data "${name}": its mask was squashed, the original values are gone`);
    }
    const table = source.read();
    if (original || isSquashed) return table;
    const data = Float32Array.from(table.data);
    applyMask(data, this.getMask(name));
    return { data, shape: table.shape };
  }

  /**
   * The live mask of a name: one entry per value, 1 keeps, 0 prunes.
   *
   * @throws Error if there is no such data.
   */
  getMask(name: string): Uint8Array {
    return this.getState(name).mask;
  }

  /** How much the masks prune, of each name and in all. */
  sparsity(): Sparsity {
    const share = (pruned: number, values: number) => (values === 0 ? 0 : pruned / values);
    const counted = this.names.map((name) => {
      const mask = this.getMask(name);
      let pruned = 0;
      for (let i = 0; i < mask.length; i++) if (mask[i] === 0) pruned++;
      return { name, pruned, values: mask.length };
    });
    const sum = (of: 'pruned' | 'values') => counted.reduce((total, each) => total + each[of], 0);
    return {
      byName: Object.fromEntries(counted.map(({ name, pruned, values }) => [name, share(pruned, values)])),
      all: share(sum('pruned'), sum('values')),
    };
  }

  /**
   * The state of a name: its mask, and what a subclass adds.
   *
   * @throws Error if there is no such data.
   */
  getState(name: string): DataState {
    this.#dataOf(name);
    return this.#states.get(name)!;
  }

  /**
   * The configuration of a name.
   *
   * @throws Error if there is no such data.
   */
  getConfig(name: string): Readonly<Config> {
    this.#dataOf(name);
    return this.#configs.get(name)!;
  }

  /**
   * Recomputes all masks from the original values.
   *
   * @throws Error if a mask was squashed.
   */
  step(): void {
    if (!this.enableMaskUpdate) return;
    for (const name of this.names) this.updateMask(name, this.getData(name), this.getConfig(name));
  }

  /**
   * Ends the sparsification of data: the pruned values are written, as +0, to the caller's own table (or assigned to a
   * `tf.Variable`), and the original values are gone.
   *
   * @throws Error if there is no such data, or if its mask was squashed before; then nothing is squashed.
   */
  squashMask({
    names = this.names,
    leaveParametrized = true,
  }: {
    /** Default: all. */
    names?: readonly string[];
    /** False leaves the values as they are; default true. */
    leaveParametrized?: boolean;
  } = {}): void {
    for (const name of names) {
      if (this.#dataOf(name).isSquashed) throw new Error(`data "${name}": its mask was squashed before`);
    }
    for (const name of names) {
      const held = this.#dataOf(name);
      if (leaveParametrized) {
        const { data } = held.source.read();
        applyMask(data, this.getMask(name));
        held.source.write(data);
      }
      held.isSquashed = true;
    }
  }

  /** The whole state, with copies of the masks and references to the tables. */
  stateDict(): SparsifierState<Config> {
    const entries = [...this.#held].map(([name, { source, isSquashed }]) => ({
      name,
      state: copyState(this.getState(name)),
      config: { ...this.#configs.get(name)! },
      data: { table: source.read(), isSquashed },
    }));
    return {
      state: Object.fromEntries(entries.map(({ name, state }) => [name, state])),
      dataGroups: Object.fromEntries(entries.map(({ name, config }) => [name, config])),
      data: Object.fromEntries(entries.map(({ name, data }) => [name, data])),
    };
  }

  /**
   * Loads a state that `stateDict` returned. Masks and tables are copied.
   *
   * @throws Error naming data whose parts are missing or do not match; then nothing is changed.
   */
  loadStateDict(
    { state, dataGroups, data }: SparsifierState<Config>,
    {
      strict = true,
    }: {
      /** True drops all existing data; false keeps it, also if the state has the same name. */
      strict?: boolean;
    } = {},
  ): void {
    const loaded = Object.entries(state).map(([name, dataState]) => {
      const config = dataGroups[name];
      const entry = data[name];
      if (!config || !entry) {
        throw new Error(`state of "${name}": its ${config ? 'data' : 'configuration'} is missing`);
      }
      this.checkConfig(config);
      const source = dataSource(name, copyTable(entry.table));
      if (dataState.mask.length !== entry.table.data.length) {
        throw new Error(
          `state of "${name}": expected a mask of ${entry.table.data.length} entries, found ${dataState.mask.length}`,
        );
      }
      return { name, config, dataState, held: { source, isSquashed: entry.isSquashed } };
    });
    if (strict) {
      for (const map of [this.#held, this.#configs, this.#states]) map.clear();
    }
    for (const { name, config, dataState, held } of loaded) {
      if (this.#held.has(name)) continue;
      this.#held.set(name, held);
      this.#configs.set(name, { ...config });
      this.#states.set(name, copyState(dataState));
    }
  }

  #dataOf(name: string): HeldData {
    const held = this.#held.get(name);
    if (!held) throw new Error(`no data named "${name}"; known names: ${this.names.join(', ') || 'none'}`);
    return held;
  }
}

/** Writes +0 over pruned values. */
function applyMask(data: Float32Array, mask: Uint8Array): void {
  for (let i = 0; i < data.length; i++) if (mask[i] === 0) data[i] = 0;
}

/** A mask that keeps everything; shared if the table is, because threads write to it. */
function newMask({ shape, read }: DataSource): Uint8Array {
  const values = shape.reduce((product, size) => product * size, 1);
  return (isShared(read().data) ? sharedBytes(values) : new Uint8Array(values)).fill(1);
}

function copyTable({ data, shape }: Table): Table {
  const copy = isShared(data)
    ? new Float32Array(new SharedArrayBuffer(data.byteLength))
    : new Float32Array(data.length);
  copy.set(data);
  return { data: copy, shape: [...shape] };
}

function copyState(state: DataState): DataState {
  const { mask } = state;
  const copy = isShared(mask) ? sharedBytes(mask.length) : new Uint8Array(mask.length);
  copy.set(mask);
  return { ...state, mask: copy };
}
