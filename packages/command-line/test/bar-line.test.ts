import fc from 'fast-check';
import { amount, barLine, duration, type StageState } from '../src/bar-line.js';

const stage = (state: Partial<StageState>): StageState => ({
  ...{ label: 'train', done: 50, total: 100, start: { at: 0, done: 0 } },
  ...state,
});

test('shows the time left from what is done, and the time taken at the end', () => {
  const at = (now: number, state: Partial<StageState> = {}) => barLine(stage(state), { now, columns: 79 });
  expect(at(10_000)).toBe(
    `train${' '.repeat(20)}${'█'.repeat(15)}${'░'.repeat(14)}  50%  50/100  ~10 s left`,
  );
  // What an earlier run did took no time.
  expect(at(10_000, { start: { at: 0, done: 40 } })).toContain('50%  50/100  ~50 s left');
  expect(at(500)).toContain('50%  50/100  1 s');
  expect(at(90_000, { done: 100, end: 65_400 })).toContain(' 100%  100/100  1 min 05 s');
  expect(at(2000, { done: 0, total: 0, end: 1000 })).toContain(' 100%  0/0  1 s');
});

test('is never wider than the terminal, and keeps the percentage', () => {
  const state = fc.record({
    label: fc.string({ maxLength: 40 }),
    total: fc.nat(2 ** 31),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    now: fc.nat(2 ** 31),
    columns: fc.integer({ min: 20, max: 200 }),
  });
  fc.assert(
    fc.property(state, ({ label, total, share, now, columns }) => {
      const done = Math.floor(share * total);
      const line = barLine(stage({ label, total, done }), { now, columns });
      expect(line.length).toBeLessThanOrEqual(columns);
      if (columns >= 40) expect(line).toMatch(/ \d{1,3}%/);
    }),
  );
});

test.each([
  [0, '0 s'],
  [59.4, '59 s'],
  [59.6, '1 min 00 s'],
  [3599, '59 min 59 s'],
  [7805, '2 h 10 min'],
])('%d seconds are %s', (seconds, text) => expect(duration(seconds)).toBe(text));

test.each([
  [9999, '9999'],
  [12_345, '12k'],
  [327_346, '327k'],
  [3_500_000, '3.5M'],
  [11_147_184_845, '11G'],
])('%d is %s', (count, text) => expect(amount(count)).toBe(text));
