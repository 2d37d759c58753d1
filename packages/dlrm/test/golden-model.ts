import { join } from 'node:path';
import { readNpz } from '@ds/criteo-data/npz';
import type { LabelledBatch, StateDict } from '../src/index.js';

export const goldenFolder = join(__dirname, 'golden/dlrm');

/** What facebookresearch/dlrm computed for a small model; `parity/model/dlrm.py` writes it. */
export interface SmallGolden {
  initial: StateDict;
  /** Ten batches of 64. */
  batches: LabelledBatch[];
  /** Of the first batch, before training. */
  probabilities: Float32Array;
  /** Of the first batch. */
  gradients: StateDict;
  /** Of ten steps with a learning rate of 0.1. */
  losses: number[];
  final: StateDict;
}

/**
 * A fresh copy each time: training changes tables in place.
 *
 * @param variant the small model, or one with another interaction
 */
export async function readSmallGolden(variant: 'small' | 'itself' | 'cat' = 'small'): Promise<SmallGolden> {
  const arrays = await readNpz(join(goldenFolder, `${variant}.npz`));
  const floats = (prefix: string) => stateDictOf(arrays, prefix);
  const part = (name: string, index: number) => {
    const { data, shape } = arrays[name]!;
    const size = data.length / shape[0]!;
    return (data as Int32Array).slice(index * size, (index + 1) * size);
  };
  return {
    initial: floats('initial.'),
    batches: Array.from({ length: 10 }, (_, index) => ({
      dense: Float32Array.from(part('integers', index), (value) => Math.log(value + 1)),
      sparse: part('ids', index),
      labels: Float32Array.from(part('labels', index)),
    })),
    probabilities: arrays['probabilities']!.data as Float32Array,
    gradients: floats('gradient.'),
    losses: [...(arrays['losses']!.data as Float64Array)],
    final: floats('final.'),
  };
}

/** What the small model's ten steps of row-wise Adagrad lead to; `parity/model/adagrad.py` writes it. */
export async function readAdagradGolden(): Promise<{
  losses: number[];
  final: StateDict;
  /** Of each parameter, its accumulator: `optimizerState()`. */
  sums: StateDict;
}> {
  const arrays = await readNpz(join(__dirname, 'golden/adagrad/steps.npz'));
  const sums = Object.entries(stateDictOf(arrays, 'sum.')).map(([name, sum]) => [`${name}.sum`, sum]);
  return {
    losses: [...(arrays['losses']!.data as Float64Array)],
    final: stateDictOf(arrays, 'final.'),
    sums: Object.fromEntries(sums),
  };
}

function stateDictOf(arrays: Awaited<ReturnType<typeof readNpz>>, prefix: string): StateDict {
  return Object.fromEntries(
    Object.entries(arrays)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, { data, shape }]) => [
        name.slice(prefix.length),
        { data: Float32Array.from(data as Float32Array), shape: [...shape] },
      ]),
  );
}

/** Fails with the largest difference and where it is, when one is above `tolerance`. */
export function expectClose(
  name: string,
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): void {
  let worst = { difference: 0, index: -1 };
  for (let index = 0; index < expected.length; index++) {
    const difference = Math.abs(found[index]! - expected[index]!);
    if (!(difference <= worst.difference)) worst = { difference, index };
  }
  if (found.length !== expected.length || !(worst.difference <= tolerance)) {
    const { difference, index } = worst;
    throw new Error(
      `${name}: lengths ${found.length} and ${expected.length}, largest difference ${difference} at ${index} ` +
        `(found ${found[index]}, expected ${expected[index]}), allowed ${tolerance}`,
    );
  }
}

export function expectStateDictsClose(found: StateDict, expected: StateDict, tolerance: number): void {
  expect(Object.keys(found)).toEqual(Object.keys(expected));
  for (const [name, { data, shape }] of Object.entries(expected)) {
    expect(found[name]!.shape).toEqual(shape);
    expectClose(name, found[name]!.data, data, tolerance);
  }
}

/** The first `size` examples of a batch, or some repeated ones after the last. */
export function resized(batch: LabelledBatch, size: number): LabelledBatch {
  const examples = batch.labels.length;
  const pick = (values: Float32Array | Int32Array, width: number, target: Float32Array | Int32Array) =>
    target.map((_, place) => values[(Math.floor(place / width) % examples) * width + (place % width)]!);
  const tables = batch.sparse.length / examples;
  const features = batch.dense.length / examples;
  return {
    dense: pick(batch.dense, features, new Float32Array(size * features)) as Float32Array,
    sparse: pick(batch.sparse, tables, new Int32Array(size * tables)) as Int32Array,
    labels: pick(batch.labels, 1, new Float32Array(size)) as Float32Array,
  };
}
