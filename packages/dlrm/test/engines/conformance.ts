import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  configFromStateDict,
  Dlrm,
  kaggleDlrmConfig,
  type DlrmConfig,
  type EngineName,
  type StateDict,
} from '../../src/index.js';
import { formula, formulaBatch } from '../formula.js';
import {
  expectClose,
  expectStateDictsClose,
  goldenFolder,
  readSmallGolden,
  resized,
} from '../golden-model.js';
import { referenceForward } from '../reference-forward.js';
import { whyAbsent } from './presence.js';

/** What every engine must do, in the same words for each. */
export function conformance(engine: EngineName, { steps = 100 }: { steps?: number } = {}): void {
  const absent = whyAbsent(engine);
  if (absent !== undefined) {
    test(`${engine} is absent here: ${absent}`, async () => {
      await expect(Dlrm.create(tiny, { seed: 1, engine })).rejects.toThrow(
        `the engine ${engine} cannot be used: `,
      );
    });
    return;
  }

  describe(`${engine} matches facebookresearch/dlrm on PyTorch 2.15`, () => {
    test('forward, every gradient, ten steps', async () => {
      const golden = await readSmallGolden();
      const model = await Dlrm.fromStateDict(golden.initial, { engine });
      expect(`${model.engine.name}:${model.engine.device}`).toBe(engine);
      expectClose('probabilities', await model.forward(golden.batches[0]!), golden.probabilities, 1e-5);
      const { loss, gradients } = await model.gradients(golden.batches[0]!);
      expectClose('loss', [loss], [golden.losses[0]!], 1e-5);
      expectStateDictsClose(gradients, golden.gradients, 1e-5);
      const losses: number[] = [];
      for (const batch of golden.batches) losses.push(await model.trainStep(batch, { learningRate: 0.1 }));
      expectClose('losses', losses, golden.losses, 1e-5);
      expectStateDictsClose(model.stateDict(), golden.final, 1e-4);
      await model.dispose();
    });

    test(`forward, every gradient, ${steps} steps of the Kaggle architecture`, async () => {
      const golden = readKaggleGolden();
      const config = { ...kaggleDlrmConfig, tableRows: golden.tableRows };
      const model = await Dlrm.fromStateDict(kaggleFormulaState(config), { engine });
      const batch = (step: number) => formulaBatch(3 * step, golden.batch, golden.tableRows);
      expectClose('probabilities', await model.forward(batch(0)), golden.probabilities, 1e-5);
      expectSamplesClose((await model.gradients(batch(0))).gradients, golden.gradients, 1e-5);
      const losses: number[] = [];
      for (let step = 0; step < steps; step++) {
        losses.push(await model.trainStep(batch(step), { learningRate: golden.learningRate }));
      }
      expectClose('losses', losses, golden.losses.slice(0, steps), 1e-4);
      if (steps === golden.losses.length) expectSamplesClose(model.stateDict(), golden.final, 5e-4);
      await model.dispose();
    });
  });

  describe(`${engine}`, () => {
    test('predicts batches of any size as plain loops do', async () => {
      const { initial, batches } = await readSmallGolden();
      const model = await Dlrm.fromStateDict(initial, { engine });
      for (const size of [1, 2, 37, 131]) {
        const batch = resized(batches[1]!, size);
        const expected = referenceForward(model.config, initial, batch);
        expectClose(`batch of ${size}`, await model.forward(batch), expected, 1e-6);
      }
      await model.dispose();
    });

    test('trains on a batch of one and on a size that is not a multiple of anything', async () => {
      const { initial, batches } = await readSmallGolden();
      const model = await Dlrm.fromStateDict(initial, { engine });
      for (const size of [1, 37]) {
        const batch = resized(batches[2]!, size);
        const before = copied(model.stateDict());
        const { loss, gradients } = await model.gradients(batch);
        expect(await model.trainStep(batch, { learningRate: 0.5 })).toBeCloseTo(loss, 6);
        const after = model.stateDict();
        for (const [name, { data }] of Object.entries(before)) {
          const expected = data.map((value, index) => value - 0.5 * gradients[name]!.data[index]!);
          expectClose(name, after[name]!.data, expected, 1e-6);
        }
      }
      await model.dispose();
    });

    test('sums the gradients of a row that every example looks up, and of a table of one row', async () => {
      const { initial, batches } = await readSmallGolden();
      const model = await Dlrm.fromStateDict(initial, { engine });
      const batch = { ...batches[0]!, sparse: new Int32Array(64 * 6) };
      const parts = await Promise.all(
        Array.from({ length: 64 }, (_, example) =>
          model.gradients({
            dense: batch.dense.slice(13 * example, 13 * (example + 1)),
            sparse: new Int32Array(6),
            labels: batch.labels.slice(example, example + 1),
          }),
        ),
      );
      const { gradients } = await model.gradients(batch);
      for (let table = 0; table < 6; table++) {
        const name = `emb_l.${table}.weight`;
        const expected = gradients[name]!.data.map(
          (_, index) => parts.reduce((sum, part) => sum + part.gradients[name]!.data[index]!, 0) / 64,
        );
        expectClose(name, gradients[name]!.data, expected, 1e-6);
      }
      await model.dispose();
    });

    test('has two models at once, whose calls may overlap', async () => {
      const first = await readSmallGolden();
      const second = await readSmallGolden();
      const models = await Promise.all([
        Dlrm.fromStateDict(first.initial, { engine }),
        Dlrm.fromStateDict(second.initial, { engine }),
      ]);
      const losses = await Promise.all(
        first.batches.flatMap((batch) =>
          models.map((model) => model.trainStep(batch, { learningRate: 0.1 })),
        ),
      );
      expectClose(
        'losses',
        losses,
        first.losses.flatMap((loss) => [loss, loss]),
        1e-5,
      );
      for (const model of models) expectStateDictsClose(model.stateDict(), first.final, 1e-4);
      await Promise.all(models.map((model) => model.dispose()));
    });

    test('takes tables over a SharedArrayBuffer, and tables behind an interface', async () => {
      const { initial, batches, probabilities, final } = await readSmallGolden();
      const shared: StateDict = {};
      for (const [name, { data, shape }] of Object.entries(initial)) {
        shared[name] = { data: new Float32Array(new SharedArrayBuffer(data.byteLength)), shape };
        shared[name].data.set(data);
      }
      const state = { ...initial, 'emb_l.3.weight': new NegatedTable(initial['emb_l.3.weight']!) };
      const behindInterface = await Dlrm.fromStateDict(state, { engine });
      expectClose('interface', await behindInterface.forward(batches[0]!), probabilities, 1e-5);
      expect(behindInterface.stateDict()['emb_l.3.weight']!.data).toEqual(initial['emb_l.3.weight']!.data);
      await expect(behindInterface.trainStep(batches[0]!, { learningRate: 0.1 })).rejects.toThrow(
        'emb_l.3.weight: training needs a dense table, found a compressed one',
      );
      await behindInterface.dispose();

      const model = await Dlrm.fromStateDict(shared, { engine });
      expectClose('shared', await model.forward(batches[0]!), probabilities, 1e-5);
      for (const batch of batches) await model.trainStep(batch, { learningRate: 0.1 });
      expectStateDictsClose(model.stateDict(), final, 1e-4);
      expect(model.stateDict()['emb_l.0.weight']!.data).toBe(shared['emb_l.0.weight']!.data);
      await model.dispose();
    });

    test('keeps its halves equal to the whole', async () => {
      const { initial, batches, probabilities } = await readSmallGolden();
      const model = await Dlrm.fromStateDict(initial, { engine });
      const features = await model.interactionFeatures(batches[0]!);
      const { data: weight, shape } = initial['top_l.0.weight']!;
      const bias = initial['top_l.0.bias']!.data;
      const [outputs, inputs] = shape as [number, number];
      const afterFirst = new Float32Array(64 * outputs).map((_, place) => {
        const [example, output] = [Math.floor(place / outputs), place % outputs];
        let sum = bias[output]!;
        for (let i = 0; i < inputs; i++)
          sum += features[example * inputs + i]! * weight[output * inputs + i]!;
        return sum;
      });
      expectClose('halves', await model.topFromSecond(afterFirst), probabilities, 1e-5);
      await model.dispose();
    });

    test('cannot be used after dispose, and another model can', async () => {
      const { initial, batches, probabilities } = await readSmallGolden();
      const model = await Dlrm.fromStateDict(initial, { engine });
      const pending = model.forward(batches[0]!);
      await model.dispose();
      await model.dispose();
      expectClose('asked for before', await pending, probabilities, 1e-5);
      await expect(model.forward(batches[0]!)).rejects.toThrow('this model has been disposed');
      await expect(model.trainStep(batches[0]!, { learningRate: 1 })).rejects.toThrow('has been disposed');
      expect(() => model.stateDict()).toThrow('this model has been disposed');
      const other = await Dlrm.fromStateDict(initial, { engine });
      expectClose('another', await other.forward(batches[0]!), probabilities, 1e-5);
      await other.dispose();
    });

    test('refuses a batch that does not fit, and goes on', async () => {
      const { initial, batches, probabilities } = await readSmallGolden();
      const model = await Dlrm.fromStateDict(initial, { engine });
      const batch = batches[0]!;
      const sparse = batch.sparse.slice();
      sparse[6 * 5 + 1] = 5;
      await expect(model.forward({ ...batch, sparse })).rejects.toThrow(
        'batch.sparse: expected an id in 0..4 for table 1, which has 5 rows, found 5 in example 5',
      );
      sparse[6 * 5 + 1] = -1;
      await expect(model.trainStep({ ...batch, sparse }, { learningRate: 0.1 })).rejects.toThrow(
        'found -1 in example 5',
      );
      await expect(model.forward({ ...batch, dense: batch.dense.subarray(1) })).rejects.toThrow(
        'batch.dense: expected a multiple of 13 values (n, 13), found 831',
      );
      await expect(model.forward({ ...batch, sparse: sparse.subarray(6) })).rejects.toThrow(
        'batch.sparse: expected 384 ids (64, 6), found 378',
      );
      await expect(
        model.trainStep({ ...batch, labels: batch.labels.subarray(2) }, { learningRate: 0.1 }),
      ).rejects.toThrow('batch.labels: expected 64 labels, found 62');
      expectClose('after errors', await model.forward(batch), probabilities, 1e-5);
      await model.dispose();
    });
  });
}

const tiny: DlrmConfig = { embeddingDim: 1, tableRows: [1], bottomMlp: [1, 1], topMlp: [2, 1] };

interface Samples {
  [name: string]: { samples: number[]; squares: number };
}

interface KaggleGolden {
  tableRows: number[];
  batch: number;
  learningRate: number;
  probabilities: number[];
  gradients: Samples;
  losses: number[];
  final: Samples;
}

function readKaggleGolden(): KaggleGolden {
  return JSON.parse(readFileSync(join(goldenFolder, 'kaggle.json'), 'utf8')) as KaggleGolden;
}

/** The parameters that parity/dlrm.py starts its Kaggle run from. */
function kaggleFormulaState(config: DlrmConfig): StateDict {
  const shapes: [string, number[]][] = config.tableRows.map((rows, table) => [
    `emb_l.${table}.weight`,
    [rows, config.embeddingDim],
  ]);
  for (const [prefix, widths] of [
    ['bot_l', config.bottomMlp],
    ['top_l', config.topMlp],
  ] as const) {
    widths.slice(1).forEach((outputs, layer) => {
      shapes.push([`${prefix}.${2 * layer}.weight`, [outputs, widths[layer]!]]);
      shapes.push([`${prefix}.${2 * layer}.bias`, [outputs]]);
    });
  }
  const state: StateDict = {};
  shapes.forEach(([name, shape], salt) => {
    const [rows, columns = 1] = shape as [number, number?];
    const bound = name.endsWith('weight') ? Math.sqrt(6 / (rows + columns)) : Math.sqrt(1 / rows);
    const data = Float32Array.from(formula(1000 + salt, rows * columns), (x) => (2 * x - 1) * bound);
    state[name] = { data, shape };
  });
  expect(configFromStateDict(state)).toEqual(config);
  return state;
}

function expectSamplesClose(found: StateDict, expected: Samples, tolerance: number): void {
  expect(Object.keys(found)).toEqual(Object.keys(expected));
  for (const [name, { samples, squares }] of Object.entries(expected)) {
    const { data } = found[name]!;
    const places = formula(77, samples.length).map((x) => Math.floor(x * data.length));
    expectClose(
      name,
      Array.from(places, (place) => data[place]!),
      samples,
      tolerance,
    );
    const sum = data.reduce((total, value) => total + value ** 2, 0);
    expectClose(
      `${name}, root of the sum of squares`,
      [Math.sqrt(sum)],
      [Math.sqrt(squares)],
      10 * tolerance,
    );
  }
}

function copied(stateDict: StateDict): StateDict {
  return Object.fromEntries(
    Object.entries(stateDict).map(([name, { data, shape }]) => [name, { data: data.slice(), shape }]),
  );
}

/** A table that keeps its values in a form of its own, as compressed tables do. */
class NegatedTable {
  readonly rows: number;
  readonly dim: number;
  readonly #negated: Float32Array;

  constructor({ data, shape }: { data: Float32Array; shape: readonly number[] }) {
    [this.rows, this.dim] = shape as [number, number];
    this.#negated = data.map((value) => -value);
  }

  get byteLength(): number {
    return this.#negated.byteLength;
  }

  gatherRows(ids: Int32Array, out: Float32Array, stride: number): void {
    ids.forEach((id, i) => out.set(this.#row(id), i * stride));
  }

  toDense(): Float32Array {
    return this.#negated.map((value) => -value);
  }

  #row(id: number): Float32Array {
    return this.#negated.subarray(id * this.dim, (id + 1) * this.dim).map((value) => -value);
  }
}
