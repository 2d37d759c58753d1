import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readNpz } from '@ds/criteo-data/npz';
import type { DataNormSparsifierOptions } from '@ds/data-sparsifier';
import { Dlrm, sparsifyEveryEpoch, stepSchedule, train, type StateDict } from '../../src/index.js';
import { expectClose, expectStateDictsClose, readSmallGolden } from '../golden-model.js';

test('the level is multiplied after every few epochs, up to 1', () => {
  const levels = (options: Parameters<typeof stepSchedule>[0]) =>
    [0, 1, 2, 3, 4, 5].map(stepSchedule(options));
  expect(levels({ level: 0.5 })).toEqual([0.5, 0.5, 0.5, 0.5, 0.5, 0.5]);
  expect(levels({ level: 0.125, gamma: 2 })).toEqual([0.125, 0.25, 0.5, 1, 1, 1]);
  expect(levels({ level: 0.8, gamma: 0.5, stepSize: 2 })).toEqual([0.8, 0.8, 0.4, 0.4, 0.2, 0.2]);
});

test.each([
  [{ level: 1.5 }, 'level: expected a number in [0, 1], found 1.5'],
  [{ level: NaN }, 'level: expected a number in [0, 1], found NaN'],
  [{ level: 0.5, gamma: -1 }, 'gamma: expected a number of at least 0, found -1'],
  [{ level: 0.5, gamma: Infinity }, 'gamma: expected a number of at least 0, found Infinity'],
  [{ level: 0.5, stepSize: 0 }, 'step size: expected a whole number of at least 1, found 0'],
  [{ level: 0.5, stepSize: 1.5 }, 'step size: expected a whole number of at least 1, found 1.5'],
])('refuses the schedule %j', (options, message) => {
  expect(() => stepSchedule(options)).toThrow(message);
});

test('there is no sparsified model before an epoch has ended', () => {
  const { sparsified } = sparsifyEveryEpoch({ schedule: () => 0.5 });
  expect(sparsified).toThrow('no epoch has ended yet');
});

test('matches PyTorch 2.15 (TrainingAwareDataSparsity in pytorch_lightning): masks of each epoch, both models', async () => {
  const { epochs, cases, arrays } = await readGolden();
  const observed = Object.entries(cases).map(([name, { sparsifier, schedule }]) => {
    const levels: number[] = [];
    const shares: number[] = [];
    const { afterEpoch, sparsified } = sparsifyEveryEpoch({
      schedule: stepSchedule({
        level: sparsifier.sparsity_level,
        gamma: schedule.gamma,
        stepSize: schedule.step_size,
      }),
      sparseBlockShape: sparsifier.sparse_block_shape,
      zerosPerBlock: sparsifier.zeros_per_block,
      norm: sparsifier.norm,
      onEpoch({ level, zeros }) {
        levels.push(level);
        shares.push(zeros);
      },
    });
    return { name, afterEpoch, sparsified, levels, shares, masks: [] as Uint8Array[] };
  });

  const { initial, batches } = await readSmallGolden();
  const model = await Dlrm.fromStateDict(initial, { engine: 'onnx' });
  const dataset = {
    length: 640,
    async *batches() {
      yield* batches;
    },
  };
  await train({
    model,
    dataset,
    epochs,
    batchSize: 64,
    afterEpoch(end) {
      for (const { afterEpoch, sparsified, masks } of observed) {
        afterEpoch(end);
        // No trained value is 0, which the parity program checks.
        masks.push(Uint8Array.from(tableValues(sparsified()), (value) => (value === 0 ? 0 : 1)));
      }
    },
  });
  const trained = model.stateDict();
  const expected = Object.fromEntries(
    Object.keys(trained).map((name) => {
      const { data, shape } = arrays[`trained.${name}`]!;
      return [name, { data: data as Float32Array, shape: [...shape] }];
    }),
  );
  expectStateDictsClose(trained, expected, 1e-6);

  for (const { name, sparsified, levels, shares, masks } of observed) {
    expect({ name, levels }).toEqual({
      name,
      levels: cases[name]!.levels.map((level) => Math.min(1, level)),
    });
    const { data, shape } = arrays[`masks.${name}`]!;
    expect(shape).toEqual([epochs, masks[0]!.length]);
    masks.forEach((mask, epoch) => {
      const pytorch = (data as Uint8Array).slice(epoch * mask.length, (epoch + 1) * mask.length);
      expect({ name, epoch, pruned: pruned(mask) }).toEqual({ name, epoch, pruned: pruned(pytorch) });
      expect(shares[epoch]).toBe(pruned(pytorch).length / mask.length);
    });
    expectClose(name, tableValues(sparsified()), arrays[`sparsified.${name}`]!.data as Float32Array, 1e-6);
    for (const [parameter, { data }] of Object.entries(sparsified())) {
      if (!parameter.startsWith('emb_l.')) expect(data).toEqual(trained[parameter]!.data);
    }
  }
  await model.dispose();
});

/** What `parity/model/training_aware_sparsity.py` writes, with its names. */
interface Golden {
  epochs: number;
  cases: Record<
    string,
    {
      sparsifier: {
        sparsity_level: number;
        sparse_block_shape: [number, number];
        zeros_per_block?: number;
        norm: DataNormSparsifierOptions['norm'];
      };
      schedule: { gamma: number; step_size: number };
      levels: number[];
    }
  >;
}

async function readGolden() {
  const folder = join(__dirname, '../golden/training-aware-sparsity');
  const { epochs, cases } = JSON.parse(await readFile(join(folder, 'cases.json'), 'utf8')) as Golden;
  return { epochs, cases, arrays: await readNpz(join(folder, 'epochs.npz')) };
}

/** The values of all tables, one after the other. */
function tableValues(state: StateDict): Float32Array {
  const tables = Object.keys(state).filter((name) => name.startsWith('emb_l.'));
  return Float32Array.from(tables.flatMap((name) => [...state[name]!.data]));
}

function pruned(mask: Uint8Array): number[] {
  return [...mask.keys()].filter((index) => mask[index] === 0);
}
