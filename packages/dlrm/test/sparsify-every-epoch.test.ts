import { DataNormSparsifier } from '@ds/data-sparsifier';
import { Dlrm, sparsifyEveryEpoch, stepSchedule, train, type SparsifiedEpoch } from '../src/index.js';
import { readSmallGolden } from './golden-model.js';

test('the level is multiplied after every few epochs, up to 1', () => {
  const levels = (options: Parameters<typeof stepSchedule>[0]) =>
    [0, 1, 2, 3, 4, 5].map(stepSchedule(options));
  expect(levels({ level: 0.5 })).toEqual([0.5, 0.5, 0.5, 0.5, 0.5, 0.5]);
  expect(levels({ level: 0.125, gamma: 2 })).toEqual([0.125, 0.25, 0.5, 1, 1, 1]);
  expect(levels({ level: 0.8, gamma: 0.5, stepSize: 2 })).toEqual([0.8, 0.8, 0.4, 0.4, 0.2, 0.2]);
});

test('sparsifies a copy after each epoch while training goes on unpruned', async () => {
  const train3 = async (afterEpoch?: (end: { epoch: number; model: Dlrm }) => void) => {
    const { initial, batches } = await readSmallGolden();
    const model = await Dlrm.fromStateDict(initial, { engine: 'onnx' });
    const dataset = {
      length: 640,
      async *batches() {
        yield* batches;
      },
    };
    await train({ model, dataset, epochs: 3, batchSize: 64, afterEpoch });
    const state = model.stateDict();
    await model.dispose();
    return state;
  };
  const results: SparsifiedEpoch[] = [];
  const sparsity = sparsifyEveryEpoch({
    schedule: stepSchedule({ level: 0.2, gamma: 2 }),
    sparseBlockShape: [1, 4],
    norm: 'L2',
    onEpoch: (result) => results.push(result),
  });
  expect(() => sparsity.sparsified()).toThrow('no epoch has ended yet');
  const dense = await train3();
  const besides = await train3(sparsity.afterEpoch);
  expect(besides).toEqual(dense);

  expect(results.map(({ epoch, level }) => [epoch, level])).toEqual([
    [0, 0.2],
    [1, 0.4],
    [2, 0.8],
  ]);
  for (const { level, zeros } of results) expect(Math.abs(zeros - level)).toBeLessThan(0.02);

  const sparsifier = new DataNormSparsifier({ sparsityLevel: 0.8, sparseBlockShape: [1, 4], norm: 'L2' });
  const tables = Object.keys(dense).filter((name) => name.startsWith('emb_l.'));
  for (const name of tables) sparsifier.addData(name, dense[name]!);
  sparsifier.step();
  sparsifier.squashMask();
  expect(sparsity.sparsified()).toEqual(dense);
});
