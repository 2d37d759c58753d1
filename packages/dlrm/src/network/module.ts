import type { ForwardOps } from './ops.js';

/** The inputs that all modules of a network share in a forward pass. */
export interface Shared<T> {
  /** Weights and biases by name. */
  parameters: Readonly<Record<string, T>>;
  /** The tables' rows, in order, in parts of shape (n, tables of the part, dim). */
  rows: readonly T[];
}

/** One part of a network; the forward pass goes from one to the next. */
export interface Module {
  /** Its name in PyTorch, such as `top_l.0`. */
  readonly name: string;
  /** Width of its input, (n, inputs). */
  readonly inputs: number;
  /** Whether it needs the tables' rows. */
  readonly needsRows: boolean;
  forward<T>(ops: ForwardOps<T>, value: T, shared: Shared<T>): T;
}

/** A section of a network. */
export interface Section {
  /** The first module; default: the network's first. */
  from?: string | undefined;
  /** The module whose input is the result; by default the network's output is. */
  to?: string | undefined;
}

/**
 * The modules of a section.
 *
 * @throws Error naming a module that the network does not have, or one that comes too early
 */
export function modulesBetween(modules: readonly Module[], { from, to }: Section): readonly Module[] {
  const placeOf = (name: string) => {
    const place = modules.findIndex((module) => module.name === name);
    if (place >= 0) return place;
    throw new Error(`no module "${name}"; the model has ${modules.map((module) => module.name).join(', ')}`);
  };
  const start = from === undefined ? 0 : placeOf(from);
  const end = to === undefined ? modules.length : placeOf(to);
  if (end <= start) {
    throw new Error(`module "${to}" does not come after "${modules[start]!.name}", where the pass starts`);
  }
  return modules.slice(start, end);
}

/** The forward pass through modules, from the input of the first one. */
export function forward<T>(ops: ForwardOps<T>, modules: readonly Module[], input: T, shared: Shared<T>): T {
  return modules.reduce((value, module) => module.forward(ops, value, shared), input);
}
