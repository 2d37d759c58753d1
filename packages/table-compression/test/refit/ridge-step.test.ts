import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RidgeStep } from '../../src/refit/ridge-step.js';
import { expectNear } from '../golden-model.js';

interface Golden {
  ridge: number;
  scales: number[][];
  features: number[][];
  probabilities: number[];
  labels: number[];
  solution: number[];
}

test('matches NumPy: a ridge step on a linearised logit', () => {
  const path = join(__dirname, '../golden/refit/ridge.json');
  const { ridge, scales, features, probabilities, labels, solution } = JSON.parse(
    readFileSync(path, 'utf8'),
  ) as Golden;
  const step = new RidgeStep(solution.length, ridge);
  labels.forEach((label, at) => step.add(scales[at]!, features[at]!, probabilities[at]!, label));
  expectNear(step.solve(), solution, 1e-10);
});

test('without examples nothing is scaled', () => {
  expect(new RidgeStep(3, 1).solve()).toEqual(new Float64Array(3));
});
