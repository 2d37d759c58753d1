import type { DlrmBatch, DlrmConfig, StateDict } from '../src/index.js';

/** What enters a layer, of one example, and what enters it in its place; by the layers' names. */
export type ReferenceHooks = Record<string, (input: number[]) => number[]>;

/** The forward pass in plain loops and double precision, to compare the engines with. */
export function referenceForward(
  config: DlrmConfig,
  state: StateDict,
  batch: DlrmBatch,
  hooks: ReferenceHooks = {},
): number[] {
  return examplesOf(config, state, batch, hooks).map(
    (features) => mlp(state, 'top_l', features, true, hooks)[0]!,
  );
}

/** What enters the top MLP, (n, topMlp[0]), likewise. */
export function referenceFeatures(config: DlrmConfig, state: StateDict, batch: DlrmBatch): number[] {
  return examplesOf(config, state, batch, {}).flat();
}

function examplesOf(
  config: DlrmConfig,
  state: StateDict,
  batch: DlrmBatch,
  hooks: ReferenceHooks,
): number[][] {
  const { embeddingDim: dim, tableRows, bottomMlp } = config;
  const features = bottomMlp[0]!;
  const size = batch.dense.length / features;
  return Array.from({ length: size }, (_, example) => {
    const dense = [...batch.dense.subarray(example * features, (example + 1) * features)];
    const bottom = mlp(state, 'bot_l', dense, false, hooks);
    const vectors = [bottom];
    for (let table = 0; table < tableRows.length; table++) {
      const row = batch.sparse[example * tableRows.length + table]! * dim;
      vectors.push([...state[`emb_l.${table}.weight`]!.data.subarray(row, row + dim)]);
    }
    const pairs = vectors.flatMap((a, i) => vectors.slice(0, i).map((b) => dot(a, b)));
    return [...bottom, ...pairs];
  });
}

function mlp(
  state: StateDict,
  prefix: string,
  input: number[],
  sigmoidLast: boolean,
  hooks: ReferenceHooks,
): number[] {
  let values = input;
  for (let layer = 0; state[`${prefix}.${layer}.weight`]; layer += 2) {
    values = hooks[`${prefix}.${layer}`]?.(values) ?? values;
    const { data: weight, shape } = state[`${prefix}.${layer}.weight`]!;
    const [outputs, inputs] = shape as [number, number];
    const { data: bias } = state[`${prefix}.${layer}.bias`]!;
    const last = sigmoidLast && !state[`${prefix}.${layer + 2}.weight`];
    values = Array.from({ length: outputs }, (_, output) => {
      const sum = dot(values, weight.subarray(output * inputs, (output + 1) * inputs)) + bias[output]!;
      return last ? 1 / (1 + Math.exp(-sum)) : Math.max(0, sum);
    });
  }
  return values;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
