import { join } from 'node:path';
import { readNpz } from '@ds/criteo-data/npz';
import type { LabelledBatch, LabelledDataset, StateDict } from '@ds/dlrm';

/** The small model that parity/compression/table_compression.py computed with PyTorch, its rows, and what was found of them. */
export async function readGoldenModel() {
  const arrays = await readNpz(join(__dirname, 'golden/small-model/small.npz'));
  const state: StateDict = {};
  for (const [name, { data, shape }] of Object.entries(arrays)) {
    if (/^(emb_l|bot_l|top_l)\./.test(name)) state[name] = { data: data as Float32Array, shape: [...shape] };
  }
  const data = <Values>(name: string) => arrays[name]!.data as Values;
  const batch: LabelledBatch = {
    dense: Float32Array.from(data<Int32Array>('integers'), (value) => Math.log(value + 1)),
    sparse: data<Int32Array>('ids'),
    labels: Float32Array.from(data<Int32Array>('labels')),
  };
  const tables = Object.keys(state).filter((name) => name.startsWith('emb_l.'));
  return {
    state,
    batch,
    tables: tables.map((name, table) => ({
      name,
      accesses: data<Float64Array>(`accesses.${table}`),
      curvature: data<Float64Array>(`curvature.${table}`),
      distortions: (bits: number) => data<Float64Array>(`distortion${bits}.${table}`),
      bitsAtPrice: (exponent: number) => Uint8Array.from(data<Int32Array>(`bits${exponent}.${table}`)),
    })),
  };
}

/** A batch as a data set, whose shuffled order is another one. */
export function datasetOf(batch: LabelledBatch): LabelledDataset {
  const length = batch.labels.length;
  const pick = (from: Float32Array | Int32Array, order: number[]) => {
    const width = from.length / length;
    const picked = order.flatMap((row) => [...from.subarray(row * width, (row + 1) * width)]);
    return from instanceof Int32Array ? Int32Array.from(picked) : Float32Array.from(picked);
  };
  return {
    length,
    async *batches({ batchSize, shuffleSeed }) {
      const order = Array.from({ length }, (_, row) =>
        shuffleSeed === undefined ? row : (row * 7 + shuffleSeed) % length,
      );
      for (let start = 0; start < length; start += batchSize) {
        const part = order.slice(start, start + batchSize);
        yield {
          dense: pick(batch.dense, part) as Float32Array,
          sparse: pick(batch.sparse, part) as Int32Array,
          labels: pick(batch.labels, part) as Float32Array,
        };
      }
    },
  };
}

/** Fails where a value differs by more than `relative` of the largest expected one. */
export function expectNear(found: ArrayLike<number>, expected: ArrayLike<number>, relative: number): void {
  expect(found).toHaveLength(expected.length);
  const largest = Math.max(...Array.from(expected, Math.abs));
  for (let at = 0; at < expected.length; at++) {
    expect(Math.abs(found[at]! - expected[at]!)).toBeLessThanOrEqual(relative * largest);
  }
}
