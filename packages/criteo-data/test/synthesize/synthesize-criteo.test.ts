import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { synthesizeCriteo } from '@ds/criteo-data';
import { temporaryFolder } from '@ds/test-support';
import { ClickModel, rareIdsChoices, type RareIds } from '../../src/synthesize/click-model.js';
import { RandomStream } from '../../src/random/random-stream.js';
import { drawRow } from '../../src/synthesize/draw-row.js';
import { everyIdEvidence } from '../../src/synthesize/every-id-evidence.js';
import { IdTraits } from '../../src/synthesize/id-traits.js';
import { categoryCounts } from '../../src/synthesize/column-shapes.js';

const folder = temporaryFolder();

async function synthesize(rows: number, seed: number, rareIds?: RareIds): Promise<string> {
  const output = join(folder, `${rows}-${seed}-${rareIds}.txt`);
  await synthesizeCriteo({ rows, seed, rareIds, output, threads: 1 });
  return readFileSync(output, 'utf8');
}

const fieldsOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));

it('gives the same bytes for the same seed, others for another, and rows in the format of Criteo', async () => {
  const text = await synthesize(5000, 1);
  expect(await synthesize(5000, 1)).toBe(text);
  expect(await synthesize(5000, 2)).not.toBe(text);
  const lines = text.split('\n');
  expect(lines.length).toBe(5001);
  for (const line of lines.slice(0, 5000))
    expect(line).toMatch(/^[01](\t(-?\d+)?){13}(\t([0-9a-f]{8})?){26}$/);
});

it('gives the bytes that version 0.1.0 gave', async () => {
  // Of `criteo-data synthesize --rows 5000 --seed 2` before rareIds was an option.
  expect(
    createHash('sha256')
      .update(await synthesize(5000, 2))
      .digest('hex'),
  ).toBe('0260f057eefd1e3f8333420e4f7fd3bde11b015002704ee5add999c8e71c9ba0');
});

it('has other clicks, and the same features, with informative rare ids', async () => {
  const [weak, informative] = [
    fieldsOf(await synthesize(20_000, 3)),
    fieldsOf(await synthesize(20_000, 3, 'informative')),
  ];
  expect(informative.map(([, ...features]) => features)).toEqual(weak.map(([, ...features]) => features));
  const clicks = informative.filter(([label]) => label === '1').length / informative.length;
  expect(clicks).toBeGreaterThan(0.22);
  expect(clicks).toBeLessThan(0.28);
  expect(informative.map(([label]) => label)).not.toEqual(weak.map(([label]) => label));
});

it('has about a quarter of clicks, log-normal integers, missing fields and Zipf-distributed categories', async () => {
  const rows = fieldsOf(await synthesize(20_000, 3));
  const clicks = rows.filter(([label]) => label === '1').length / rows.length;
  expect(clicks).toBeGreaterThan(0.22);
  expect(clicks).toBeLessThan(0.28);

  const column = (index: number) => rows.map((row) => row[index]!).filter((field) => field !== '');
  expect(column(12).length / rows.length).toBeCloseTo(0.24, 1); // I12 is missing in 76 %
  expect(column(2).some((value) => value.startsWith('-'))).toBe(true);
  const logarithms = column(5).map((value) => Math.log(Number(value) + 0.5)); // I5: mean 7.6, deviation 1.9
  const mean = logarithms.reduce((sum, value) => sum + value, 0) / logarithms.length;
  const deviation = Math.sqrt(
    logarithms.reduce((sum, value) => sum + (value - mean) ** 2, 0) / logarithms.length,
  );
  expect(Math.abs(mean - 7.6)).toBeLessThan(0.1);
  expect(Math.abs(deviation - 1.9)).toBeLessThan(0.1);

  // C3: a category of rank r comes up with a frequency of about 1 / (r + 1).
  const frequency = new Map<string, number>();
  for (const category of column(13 + 3)) frequency.set(category, (frequency.get(category) ?? 0) + 1);
  const sorted = [...frequency.values()].sort((a, b) => b - a);
  for (const rank of [3, 10, 30])
    expect((sorted[rank]! * (rank + 1)) / (sorted[0]! * 1.44)).toBeCloseTo(1, 0);
  const counts = categoryCounts(20_000);
  for (let i = 0; i < 26; i++) expect(new Set(column(14 + i)).size).toBeLessThanOrEqual(counts[i]!);
});

it("has cardinalities in Kaggle's proportions, with as many categories as Kaggle in the small columns", () => {
  const counts = categoryCounts(45_840_617);
  expect(counts.slice(0, 6)).toEqual(
    [6771, 583, 10131227, 2202608, 305, 24].map((count, i) => (i === 0 ? 1460 : count)),
  );
  const small = categoryCounts(458_406);
  expect(small[2]).toBe(101_312);
  expect(small[11]).toBe(83_516);
  expect(small[8]).toBe(3);
});

it.each(rareIdsChoices)('decides on clicks by the features, with %s rare ids', (rareIds) => {
  const model = new ClickModel({ rows: 10_000, seed: 5, rareIds });
  const integers = new Float64Array(13).fill(NaN);
  const probabilities = Array.from({ length: 24 }, (_, rank) => {
    const ranks = new Int32Array(26);
    ranks[5] = rank;
    return model.probability({ integers, ranks });
  });
  expect(new Set(probabilities).size).toBe(24);
  for (const probability of probabilities) expect(probability > 0 && probability < 1).toBe(true);
});

/** The standard deviation of the log-odds over the last ids of a column, the mean over some rows. */
function effectOfColumn(column: number, rareIds: RareIds): number {
  const rows = 50_000;
  const count = categoryCounts(rows)[column]!;
  const model = new ClickModel({ rows, seed: 8, rareIds });
  const random = new RandomStream(4);
  const deviations = Array.from({ length: 20 }, () => {
    const { integers, ranks } = drawRow(random, categoryCounts(rows));
    const logOdds = Array.from({ length: Math.min(count, 200) }, (_, i) => {
      ranks[column] = count - 1 - i;
      const probability = model.probability({ integers, ranks });
      return Math.log(probability / (1 - probability));
    });
    const mean = logOdds.reduce((sum, value) => sum + value, 0) / logOdds.length;
    return Math.sqrt(logOdds.reduce((sum, value) => sum + (value - mean) ** 2, 0) / logOdds.length);
  });
  return deviations.reduce((sum, value) => sum + value, 0) / deviations.length;
}

it('has rare ids that say as much as those of small columns, or much less', () => {
  // C3 has 11,051 ids here, most of which come up less than once in the rows; C1 has 224.
  const [few, many] = [0, 2];
  expect(effectOfColumn(many, 'informative') / effectOfColumn(few, 'informative')).toBeCloseTo(1, 0);
  expect(effectOfColumn(many, 'weak') / effectOfColumn(few, 'weak')).toBeLessThan(0.4);
});

it('has a factorisation machine as the evidence of every id', () => {
  const counts = categoryCounts(5000);
  const evidence = everyIdEvidence({ counts, random: new RandomStream(6) });
  const traits = new IdTraits({ seed: new RandomStream(6).nextUint32(), traits: 5, counts });
  const integers = new Float64Array(13).fill(NaN);
  const { ranks } = drawRow(new RandomStream(7), counts);
  let expected = 0;
  for (let column = 0; column < 26; column++) {
    expected += 0.22 * traits.of(column, ranks[column]!, 0);
    for (let other = 0; other < column; other++) {
      for (let trait = 1; trait < 5; trait++) {
        expected +=
          0.17 ** 2 * traits.of(column, ranks[column]!, trait) * traits.of(other, ranks[other]!, trait);
      }
    }
  }
  expect(evidence({ integers, ranks })).toBeCloseTo(expected, 10);
});

it.each([
  [{ rows: 10, seed: 1, rareIds: 'loud' as RareIds }, 'rareIds: expected weak or informative, found loud'],
  [{ rows: 0, seed: 1 }, 'rows: expected at least 1, found 0'],
  [{ rows: 1.5, seed: 1 }, 'rows: expected at least 1, found 1.5'],
  [{ rows: 1, seed: -1 }, 'seed: expected a whole number from 0, found -1'],
])('refuses %j', async (options, message) => {
  await expect(synthesizeCriteo({ ...options, output: join(folder, 'x.txt') })).rejects.toThrow(message);
});
