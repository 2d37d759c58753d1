import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RandomStream } from '@ds/criteo-data';
import { binaryClassificationMetrics, pairedAucDifference } from '@ds/dlrm/metrics';
import fc from 'fast-check';

interface Case {
  kind: string;
  labels: number[];
  first: number[];
  second: number[];
  difference: number;
  variance: number;
}

const { cases } = JSON.parse(readFileSync(join(__dirname, '../golden/paired-auc/cases.json'), 'utf8')) as {
  cases: Case[];
};

test.each(cases)("matches DeLong's definition in NumPy: $kind", (golden) => {
  const { difference, standardError, interval } = pairedAucDifference(
    golden.labels,
    golden.first,
    golden.second,
  );
  expect(difference).toBeCloseTo(golden.difference, 12);
  expect(standardError ** 2).toBeCloseTo(golden.variance, 12);
  expect(interval[1] - interval[0]).toBeCloseTo(2 * 1.959964 * Math.sqrt(golden.variance), 8);
  expect(interval[0] + interval[1]).toBeCloseTo(2 * golden.difference, 12);
});

test('the difference is that of the two AUCs, and the other way round its opposite', () => {
  const examples = fc.array(
    fc.record({
      label: fc.constantFrom(0, 1),
      first: fc.float({ min: 0, max: 1, noNaN: true }),
      second: fc.constantFrom(0, 0.25, 0.5, 1),
    }),
    { minLength: 4, maxLength: 60 },
  );
  fc.assert(
    fc.property(examples, (random) => {
      const rows = [...random, ...[0, 0, 1, 1].map((label, i) => ({ label, first: 0.5, second: i / 4 }))];
      const [labels, first, second] = (['label', 'first', 'second'] as const).map((name) =>
        rows.map((row) => row[name]),
      ) as [number[], number[], number[]];
      const found = pairedAucDifference(labels, first, second);
      const auc = (scores: number[]) => binaryClassificationMetrics(labels, scores).rocAuc!;
      expect(found.difference).toBeCloseTo(auc(second) - auc(first), 10);
      const swapped = pairedAucDifference(labels, second, first);
      expect(swapped.difference).toBeCloseTo(-found.difference, 10);
      expect(swapped.standardError).toBeCloseTo(found.standardError, 10);
      expect(pairedAucDifference(labels, first, first).standardError).toBe(0);
    }),
  );
});

test('the standard error is that of a bootstrap', () => {
  const random = new RandomStream(3);
  const size = 600;
  const labels = Array.from({ length: size }, () => Number(random.next() < 0.3));
  const first = labels.map((label) => label + random.nextNormal());
  const second = first.map((score) => score + 0.6 * random.nextNormal());
  const { standardError } = pairedAucDifference(labels, first, second);
  const differences = Array.from({ length: 400 }, () => {
    const drawn = Array.from({ length: size }, () => random.nextBelow(size));
    const of = (values: number[]) => drawn.map((row) => values[row]!);
    return pairedAucDifference(of(labels), of(first), of(second)).difference;
  });
  const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
  const variance = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / differences.length;
  // A bootstrap of 400 knows its own standard error to 3.5 %.
  expect(Math.abs(Math.sqrt(variance) / standardError - 1)).toBeLessThan(0.12);
});

test.each([
  [
    'one example of a label',
    [0, 0, 1],
    [1, 2, 3],
    [1, 2, 3],
    'at least 2 examples of each label, found 2 with 0 and 1 with 1',
  ],
  ['another label', [0, 0, 1, 2], [1, 2, 3, 4], [1, 2, 3, 4], 'expected label 0 or 1 at index 3, found 2'],
  [
    'other lengths',
    [0, 0, 1, 1],
    [1, 2, 3, 4],
    [1, 2, 3],
    'expected 4 second scores, one for each label, found 3',
  ],
  ['NaN', [0, 0, 1, 1], [1, NaN, 3, 4], [1, 2, 3, 4], 'expected a number as first score 1, found NaN'],
])('refuses %s', (_, labels, first, second, message) => {
  expect(() => pairedAucDifference(labels, first, second)).toThrow(message);
});
