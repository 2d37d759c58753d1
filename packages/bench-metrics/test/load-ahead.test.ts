import { ModelSource } from '@ds/bench-disk';
import { Dlrm } from '@ds/dlrm';
import { originalData, originalModel } from '@ds/test-support';
import { loadAhead } from '../src/load-ahead.js';

const source = new ModelSource({ models: [], processedDataFile: originalData });
const opening = (path: string) => () =>
  source.open({ path, stepTimeSec: 0, zipFileSize: 0 }, { tables: 'dense' });
const models = Array.from({ length: 9 }, () => opening(originalModel));
const modelBytes = 140_000; // about, of the tables and layers of each

afterEach(() => jest.restoreAllMocks());

/** Expects so many models to be made, and no more, by the time that each is handed out and worked on. */
async function expectMade(
  expected: readonly number[],
  options: { threads: number; maxBytesAhead?: number },
): Promise<void> {
  const make = jest.spyOn(Dlrm, 'fromStateDict');
  const pause = () => new Promise((resolve) => setTimeout(resolve, 50));
  const made: number[] = [];
  for await (const { dlrm } of loadAhead(models, options)) {
    expect(dlrm.config.tableRows).toHaveLength(26);
    const wanted = expected[made.length]!;
    for (let tries = 0; tries < 200 && make.mock.calls.length < wanted; tries++) await pause();
    await pause(); // for one too many
    made.push(make.mock.calls.length);
  }
  expect(made).toEqual(expected);
}

describe('loadAhead', () => {
  it('loads twice as many small models ahead as there are threads', () =>
    expectMade([5, 6, 7, 8, 9, 9, 9, 9, 9], { threads: 2 }));

  it('loads as many ahead as their limit of bytes holds', () =>
    expectMade([3, 4, 5, 6, 7, 8, 9, 9, 9], { threads: 2, maxBytesAhead: 2.5 * modelBytes }));

  it('loads the next one whatever the limit', () =>
    expectMade([2, 3, 4, 5, 6, 7, 8, 9, 9], { threads: 2, maxBytesAhead: 1 }));

  it.each([
    ['the caller stops', models, undefined],
    [
      'one cannot be read',
      [originalModel, 'missing.ckpt', originalModel].map(opening),
      'cannot read missing.ckpt',
    ],
  ])('disposes of the models that are left over when %s', async (_, given, message) => {
    const dispose = jest.spyOn(Dlrm.prototype, 'dispose');
    const make = jest.spyOn(Dlrm, 'fromStateDict');
    const run = async () => {
      for await (const { dlrm } of loadAhead(given, { threads: 1 })) {
        expect(dlrm).toBeDefined();
        if (!message) break;
      }
    };
    if (message) await expect(run()).rejects.toThrow(message);
    else await run();
    expect(make.mock.calls.length).toBeGreaterThan(1);
    const made = await Promise.all(make.mock.results.map(({ value }) => value as Promise<Dlrm>));
    expect(new Set(dispose.mock.contexts)).toEqual(new Set(made));
  });
});
