import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { binaryClassificationMetrics } from '@ds/dlrm/metrics';

interface Case {
  kind: string;
  y: number[];
  score: number[];
  /** scikit-learn's values; null is NaN, a string is the error that it raised. */
  expected: Record<string, number | null | string>;
}

const ours = {
  precision: 'precision',
  recall: 'recall',
  f1: 'f1',
  average_precision: 'averagePrecision',
  roc_auc: 'rocAuc',
  accuracy: 'accuracy',
  log_loss: 'logLoss',
} as const;

const golden = join(__dirname, '../golden/metrics');
const cases = readdirSync(golden)
  .filter((name) => name.endsWith('.json'))
  .flatMap((name) => (JSON.parse(readFileSync(join(golden, name), 'utf8')) as { cases: Case[] }).cases);

describe('binaryClassificationMetrics', () => {
  it('has golden cases of every kind', () => {
    expect(new Set(cases.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(5);
  });

  it.each(cases.map((value, i) => [i, value.kind, value] as const))(
    'matches scikit-learn 1.9 on case %i (%s)',
    (_, __, { y, score, expected }) => {
      const metrics = binaryClassificationMetrics(Float32Array.from(y), Float32Array.from(score));
      for (const [theirName, name] of Object.entries(ours)) {
        const value = expected[theirName];
        if (typeof value !== 'number') expect([name, metrics[name]]).toEqual([name, undefined]);
        // scikit-learn sums log_loss in float32, we in float64.
        else if (name === 'logLoss') expect(Math.abs(metrics.logLoss! / value - 1)).toBeLessThan(2e-6);
        else expect([name, metrics[name]]).toEqual([name, expect.closeTo(value, 12)]);
      }
    },
  );

  it('gives the entropy of the base rate a normalized entropy of 1', () => {
    const labels = Float32Array.from({ length: 1000 }, (_, i) => (i % 4 === 0 ? 1 : 0));
    const { normalizedEntropy, logLoss } = binaryClassificationMetrics(
      labels,
      labels.map(() => 0.25),
    );
    expect(normalizedEntropy).toBeCloseTo(1, 6);
    expect(logLoss).toBeCloseTo(-(0.25 * Math.log(0.25) + 0.75 * Math.log(0.75)), 6);
  });

  const sample = fc.array(fc.tuple(fc.constantFrom(0, 1), fc.float({ min: 0, max: 1, noNaN: true })), {
    minLength: 1,
    maxLength: 60,
  });

  it('has the ROC AUC of its definition: the share of pairs in the right order, ties half', () => {
    fc.assert(
      fc.property(sample, fc.integer({ min: 1, max: 10 }), (rows, steps) => {
        // Rounding to few steps makes ties.
        const scores = rows.map(([, score]) => Math.fround(Math.round(score * steps) / steps));
        const labels = rows.map(([label]) => label);
        let right = 0;
        let pairs = 0;
        for (let p = 0; p < rows.length; p++) {
          for (let n = 0; n < rows.length; n++) {
            if (labels[p] !== 1 || labels[n] !== 0) continue;
            pairs++;
            right += scores[p]! > scores[n]! ? 1 : scores[p] === scores[n] ? 0.5 : 0;
          }
        }
        const { rocAuc } = binaryClassificationMetrics(labels, scores);
        if (pairs === 0) expect(rocAuc).toBeUndefined();
        else expect(rocAuc).toBeCloseTo(right / pairs, 12);
      }),
    );
  });

  it('does not depend on the order of the rows, and never gives NaN', () => {
    fc.assert(
      fc.property(sample, (rows) => {
        const of = (some: typeof rows) =>
          binaryClassificationMetrics(
            some.map(([label]) => label),
            some.map(([, score]) => score),
          );
        const forwards = of(rows);
        const backwards = of([...rows].reverse());
        for (const name of Object.keys(forwards) as (keyof typeof forwards)[]) {
          expect(forwards[name]).not.toBeNaN();
          if (forwards[name] === undefined) expect(backwards[name]).toBeUndefined();
          else expect(backwards[name]).toBeCloseTo(forwards[name], 9);
        }
      }),
    );
  });

  it('takes -0 as 0', () => {
    expect(binaryClassificationMetrics([0, 1], [-0, 0])).toEqual(binaryClassificationMetrics([0, 1], [0, 0]));
  });

  it.each<[string, number[], number[], string]>([
    ['no rows', [], [], 'expected at least one label, found none'],
    ['another number of scores', [0, 1], [0.5], 'expected as many scores as labels, found 1 and 2'],
    ['a label of 2', [0, 2], [0.5, 0.5], 'expected label 0 or 1 at index 1, found 2'],
    ['a score of NaN', [0, 1], [0.5, NaN], 'expected a score in [0, 1] at index 1, found NaN'],
    ['a score above 1', [0, 1], [1.5, 0], 'expected a score in [0, 1] at index 0, found 1.5'],
  ])('refuses %s', (_, labels, scores, message) => {
    expect(() => binaryClassificationMetrics(labels, scores)).toThrow(message);
  });
});
