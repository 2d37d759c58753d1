import { RandomStream } from '@ds/criteo-data';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { initialStateDict } from '../../../src/models/dlrm/initialise.js';
import { goldenFolder } from '../../golden-model.js';

const config = {
  embeddingDim: 16,
  tableRows: [400, 3000],
  bottomMlp: [13, 512, 256, 16],
  topMlp: [19, 512, 256, 1],
};

/** The largest distance between two distribution functions that 1 in 1000 samples of this size exceed (Kolmogorov). */
const largestGap = (count: number) => 1.95 / Math.sqrt(count);

function expectDistribution(values: Float32Array, probabilityBelow: (value: number) => number): void {
  const sorted = values.toSorted();
  let gap = 0;
  sorted.forEach((value, index) => {
    gap = Math.max(gap, Math.abs((index + 0.5) / sorted.length - probabilityBelow(value)));
  });
  expect(gap).toBeLessThan(largestGap(sorted.length));
}

test('draws tables uniformly from U(-sqrt(1 / rows), sqrt(1 / rows))', () => {
  const state = initialStateDict(config, new RandomStream(1));
  for (const [table, rows] of config.tableRows.entries()) {
    const bound = Math.sqrt(1 / rows);
    const { data } = state[`emb_l.${table}.weight`]!;
    expectDistribution(data, (value) => (value / bound + 1) / 2);
    expect(data.every((value) => Math.abs(value) <= bound)).toBe(true);
  }
});

test('has the distributions of DLRM_Net (NumPy), quantile by quantile', () => {
  const golden = JSON.parse(readFileSync(join(goldenFolder, 'initial.json'), 'utf8')) as {
    probabilities: number[];
    quantiles: Record<string, number[]>;
  };
  const state = initialStateDict(config, new RandomStream(2));
  expect(Object.keys(golden.quantiles).length).toBeGreaterThan(8);
  for (const [name, quantiles] of Object.entries(golden.quantiles)) {
    const { data } = state[name]!;
    quantiles.forEach((quantile, index) => {
      const below = data.reduce((count, value) => count + Number(value <= quantile), 0) / data.length;
      // Two samples of this size: the variances add.
      expect(Math.abs(below - golden.probabilities[index]!)).toBeLessThan(
        Math.SQRT2 * largestGap(data.length),
      );
    });
  }
});

test('gives the same parameters for the same seed, and others for another', () => {
  const [first, same, other] = [5, 5, 6].map((seed) => initialStateDict(config, new RandomStream(seed)));
  expect(first).toEqual(same);
  expect(first!['top_l.0.weight']!.data).not.toEqual(other!['top_l.0.weight']!.data);
});
