import {
  ActivationSparsifier,
  addExamples,
  maskSmallest,
  meanOverBatch,
  type Tensor,
} from '@ds/activation-sparsifier';
import { TableMemory } from '@ds/data-sparsifier';
import {
  Dlrm,
  foldMask,
  kaggleDlrmConfig,
  type DlrmBatch,
  type DlrmConfig,
  type EngineName,
  type LabelledBatch,
  type StateDict,
} from '../../../src/index.js';
import { formulaBatch } from '../../formula.js';
import {
  expectClose,
  expectStateDictsClose,
  readAdagradGolden,
  readSmallGolden,
  resized,
} from '../../golden-model.js';
import { referenceFeatures, referenceForward } from '../../reference-forward.js';
import { compressedTables } from './compressed-tables.js';
import { expectSamplesClose, kaggleFormulaState, readKaggleGolden } from './kaggle-golden.js';
import { whyAbsent } from './presence.js';

/** What every engine must do, in the same words for each; `as` is its name in the tests. */
export function conformance(
  engine: EngineName,
  { steps = 100, as = engine }: { steps?: number; as?: string } = {},
): void {
  const absent = whyAbsent(engine);
  if (absent !== undefined) {
    test(`${as} is absent here: ${absent}`, async () => {
      await expect(Dlrm.create(tiny, { seed: 1, engine })).rejects.toThrow(
        new RegExp(`^the engine ${engine} cannot be used: .+; (install|it needs) .+`),
      );
    });
    return;
  }

  describe(`${as} matches facebookresearch/dlrm on PyTorch 2.15`, () => {
    test.each([
      ['small', 0.1, {}],
      ['itself', 0.001, { archInteractionItself: true }],
      ['cat', 0.1, { archInteractionOp: 'cat' }],
    ] as const)(
      'forward, every gradient, ten steps of the model %s',
      async (variant, learningRate, flags) => {
        const golden = await readSmallGolden(variant);
        const model = await Dlrm.fromStateDict(golden.initial, { engine });
        expect(model.config).toEqual({
          embeddingDim: 8,
          tableRows: [37, 5, 120, 61, 1, 24],
          bottomMlp: [13, 32, 16, 8],
          topMlp: [{ small: 29, itself: 36, cat: 56 }[variant], 24, 12, 1],
          ...flags,
        });
        expect(`${model.engine.name}:${model.engine.device}`).toBe(engine);
        expectClose('probabilities', await model.forward(golden.batches[0]!), golden.probabilities, 1e-5);
        const { loss, gradients } = await model.gradients(golden.batches[0]!);
        expectClose('loss', [loss], [golden.losses[0]!], 1e-5);
        expectStateDictsClose(gradients, golden.gradients, 1e-5);
        expectStateDictsClose(
          await tableGradientsByRows(model, golden.batches[0]!),
          Object.fromEntries(Object.entries(golden.gradients).filter(([name]) => name.startsWith('emb_l.'))),
          1e-5,
        );
        const losses: number[] = [];
        for (const batch of golden.batches) losses.push(await model.trainStep(batch, { learningRate }));
        expectClose('losses', losses, golden.losses, 1e-5);
        expectStateDictsClose(model.stateDict(), golden.final, 1e-4);
        await model.dispose();
      },
    );

    test('ten steps of row-wise Adagrad', async () => {
      const { initial, batches } = await readSmallGolden();
      const golden = await readAdagradGolden();
      const model = await Dlrm.fromStateDict(initial, { engine });
      const losses: number[] = [];
      for (const batch of batches) {
        losses.push(await model.trainStep(batch, { learningRate: 0.01, optimizer: 'adagrad' }));
      }
      expectClose('losses', losses, golden.losses, 1e-6);
      expectStateDictsClose(model.optimizerState(), golden.sums, 1e-6);
      expectStateDictsClose(model.stateDict(), golden.final, 1e-6);
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
      expectClose('first losses', losses.slice(0, 20), golden.losses.slice(0, Math.min(steps, 20)), 1e-5);
      // After some thirty steps a sum before a ReLU is so near to 0 that its rounding opens or shuts it.
      // PyTorch itself, started with half its weights one unit in the last place higher, ends with losses up
      // to 1.5e-4 and parameters up to 7e-4 off.
      expectClose('losses', losses, golden.losses.slice(0, steps), 1e-3);
      if (steps === golden.losses.length) expectSamplesClose(model.stateDict(), golden.final, 3e-3);
      await model.dispose();
    });
  });

  describe(as, () => {
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

    test('predicts the same when it is frozen, and trains on from there', async () => {
      const { initial, batches } = await readSmallGolden();
      const model = await Dlrm.fromStateDict(initial, { engine });
      const check = async () => {
        const state = model.stateDict();
        for (const size of [1, 37, 256, 257]) {
          const batch = resized(batches[1]!, size);
          const expected = referenceForward(model.config, state, batch);
          expectClose(`batch of ${size}`, await model.forward(batch), expected, 1e-6);
        }
        const batch = resized(batches[1]!, 3);
        const values = await model.forwardBetween({ batch, to: 'top_l.1' });
        const expected = referenceForward(model.config, state, batch);
        expectClose(
          'in sections',
          await model.forwardBetween({ batch, from: { module: 'top_l.1', values } }),
          expected,
          1e-6,
        );
      };
      await model.freeze();
      await check();
      for (const optimizer of ['sgd', 'adagrad'] as const) {
        await model.trainStep(batches[2]!, { learningRate: 0.5, optimizer });
        await check();
        await model.freeze();
        await check();
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

    test('leaves rows that no example looks up as they are, to the bit', async () => {
      const { initial, batches } = await readSmallGolden();
      const before = copied(initial);
      const model = await Dlrm.fromStateDict(initial, { engine });
      // Examples with every feature and category empty: zeros, and the first row of each table.
      const batch = {
        dense: new Float32Array(9 * 13),
        sparse: new Int32Array(9 * 6),
        labels: batches[0]!.labels.slice(0, 9),
      };
      expectClose('empty', await model.forward(batch), referenceForward(model.config, before, batch), 1e-6);
      await model.trainStep(batch, { learningRate: 0.5 });
      for (let table = 0; table < 6; table++) {
        const { data } = model.stateDict()[`emb_l.${table}.weight`]!;
        const { data: old } = before[`emb_l.${table}.weight`]!;
        expect(data.slice(0, 8)).not.toEqual(old.slice(0, 8));
        expect(data.slice(8)).toEqual(old.slice(8));
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
      await models[0].dispose();
      expectStateDictsClose(models[1].stateDict(), first.final, 1e-4);
      const left = await models[1].forward(first.batches[3]!);
      await models[1].dispose();
      expectClose('left', left, referenceForward(models[1].config, first.final, first.batches[3]!), 1e-4);
    });

    test('has two models of different shapes at once', async () => {
      const { initial, batches, probabilities } = await readSmallGolden();
      const [small, tinyModel] = await Promise.all([
        Dlrm.fromStateDict(initial, { engine }),
        Dlrm.create(tiny, { seed: 3, engine }),
      ]);
      const batch = { dense: Float32Array.of(0.3, -2), sparse: Int32Array.of(0, 0) };
      const [found, foundTiny] = await Promise.all([small.forward(batches[0]!), tinyModel.forward(batch)]);
      expectClose('small', found, probabilities, 1e-5);
      expectClose('tiny', foundTiny, referenceForward(tiny, tinyModel.stateDict(), batch), 1e-6);
      await Promise.all([small.dispose(), tinyModel.dispose()]);
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

    test('gives the features that enter the top MLP, in their order, for batches of any size', async () => {
      const { initial, batches } = await readSmallGolden();
      const model = await Dlrm.fromStateDict(initial, { engine });
      for (const size of [1, 37, 64]) {
        const batch = resized(batches[1]!, size);
        const expected = referenceFeatures(model.config, initial, batch);
        expectClose(`batch of ${size}`, await model.forwardBetween({ batch, to: 'top_l.0' }), expected, 1e-5);
      }
      await model.dispose();
    });

    test('keeps its halves equal to the whole, after training too', async () => {
      const { initial, batches, probabilities } = await readSmallGolden();
      const model = await Dlrm.fromStateDict(initial, { engine });
      const inHalves = async (batch: DlrmBatch) => {
        const features = await model.forwardBetween({ batch, to: 'top_l.0' });
        const values = firstTopLayer(model.stateDict(), features);
        return model.forwardBetween({ from: { module: 'top_l.1', values } });
      };
      expectClose('halves', await inHalves(batches[0]!), probabilities, 1e-5);
      for (const batch of batches.slice(0, 3)) await model.trainStep(batch, { learningRate: 0.5 });
      for (const size of [1, 37]) {
        const batch = resized(batches[4]!, size);
        expectClose(`trained, batch of ${size}`, await inHalves(batch), await model.forward(batch), 1e-5);
      }
      const topFrom = (length: number) =>
        model.forwardBetween({ from: { module: 'top_l.1', values: new Float32Array(length) } });
      await expect(topFrom(25)).rejects.toThrow(
        'top_l.1: expected a multiple of 24 input values (n, 24), found 25',
      );
      await expect(topFrom(0)).rejects.toThrow('found 0');
      await expect(
        model.forwardBetween({
          batch: { ...batches[0]!, sparse: new Int32Array(64 * 6).fill(1) },
          to: 'top_l.0',
        }),
      ).rejects.toThrow('expected an id in 0..0 for table 4, which has 1 rows, found 1 in example 0');
      await model.dispose();
    });

    test("takes the bottom MLP's output from a model with the same one, in place of the dense features", async () => {
      const { initial, batches } = await readSmallGolden();
      const model = await Dlrm.fromStateDict(initial, { engine });
      const other = await Dlrm.fromStateDict(
        { ...initial, 'emb_l.0.weight': new NegatedTable(initial['emb_l.0.weight']!) },
        { engine },
      );
      for (const size of [1, 37]) {
        const batch = resized(batches[1]!, size);
        const bottomOutput = await model.forwardBetween({ batch, to: 'interaction' });
        const features = referenceFeatures(model.config, initial, batch);
        const { embeddingDim: dim, topMlp } = model.config;
        const expected = bottomOutput.map(
          (_, at) => features[Math.floor(at / dim) * topMlp[0]! + (at % dim)]!,
        );
        expectClose(`bottom of ${size}`, bottomOutput, expected, 1e-6);
        const otherDense = { ...batch, dense: new Float32Array(batch.dense.length) };
        const found = await other.forwardBetween({
          batch: otherDense,
          from: { module: 'interaction', values: bottomOutput },
        });
        expectClose(`forward of ${size}`, found, await other.forward(batch), 1e-6);
      }
      const from = { module: 'interaction', values: new Float32Array(8) };
      await expect(other.forwardBetween({ batch: batches[1]!, from })).rejects.toThrow(
        'interaction: expected 512 input values (64, 8), found 8',
      );
      await Promise.all([model.dispose(), other.dispose()]);
    });

    test.each(['bot_l.0', 'bot_l.2', 'top_l.0', 'top_l.4'])(
      'layerGradients: what enters %s, and how the logit changes with it',
      async (layer) => {
        const { initial, batches } = await readSmallGolden();
        const model = await Dlrm.fromStateDict(initial, { engine });
        const batch = batches[0]!;
        const found = await model.layerGradients(batch, layer);
        expectClose('probabilities', found.probabilities, await model.forward(batch), 1e-6);
        const entering: number[][] = [];
        // The logits when each example's input moves along a direction, a little way.
        const logits = (way: number) =>
          referenceForward(model.config, initial, batch, {
            [layer]: (input) => {
              if (way === 0) entering.push(input);
              return input.map((value, at) => value + way * Math.sin(at + 1));
            },
          }).map((probability) => Math.log(probability / (1 - probability)));
        logits(0);
        expectClose('inputs', found.inputs, entering.flat(), 1e-5);
        const [after, before] = [logits(1e-6), logits(-1e-6)];
        const width = entering[0]!.length;
        const slopes = after.map((_, example) => {
          const ofExample = found.gradients.subarray(example * width, (example + 1) * width);
          return ofExample.reduce((sum, gradient, at) => sum + gradient * Math.sin(at + 1), 0);
        });
        const expected = after.map((value, example) => (value - before[example]!) / 2e-6);
        expectClose('slopes', slopes, expected, 1e-5);
        await expect(model.layerGradients(batch, 'top_l.1')).rejects.toThrow(
          'no layer "top_l.1"; the model has bot_l.0, ',
        );
        await model.dispose();
      },
    );

    test('calls the hooks of each layer with what enters it, and goes on with what they return', async () => {
      const { initial, batches } = await readSmallGolden();
      const model = await Dlrm.fromStateDict(initial, { engine });
      const { layerNames } = model;
      for (const hooked of [...layerNames.map((name) => [name]), layerNames, ['bot_l.2', 'top_l.0']]) {
        const seen: Record<string, number[]> = {};
        const expectedInputs: Record<string, number[]> = {};
        const change = (value: number, column: number) => (column % 3 === 0 ? 0 : value * 1.5 - 0.1);
        const handles = hooked.map((name) =>
          model.registerForwardPreHook(name, ({ data, shape }) => {
            seen[name] = [...data];
            return { data: data.map((value, at) => change(value, at % shape[1]!)), shape };
          }),
        );
        const batch = resized(batches[1]!, 37);
        const hooks = Object.fromEntries(
          hooked.map((name) => [
            name,
            (input: number[]) => {
              (expectedInputs[name] ??= []).push(...input);
              return input.map(change);
            },
          ]),
        );
        expect(model.hookedLayers).toEqual(hooked);
        const expected = referenceForward(model.config, initial, batch, hooks);
        expectClose(`with hooks on ${hooked.join()}`, await model.forward(batch), expected, 1e-6);
        for (const name of hooked) expectClose(name, seen[name]!, expectedInputs[name]!, 1e-5);
        for (const handle of handles) handle.remove();
      }
      const plain = referenceForward(model.config, initial, batches[1]!);
      expectClose('without hooks', await model.forward(batches[1]!), plain, 1e-6);
      await model.dispose();
    });

    test('has its z masked by an activation sparsifier', async () => {
      const { initial, batches } = await readSmallGolden();
      const model = await Dlrm.fromStateDict(initial, { engine });
      const sparsifier = new ActivationSparsifier(model, {
        aggregateFn: addExamples,
        reduceFn: meanOverBatch,
        maskFn: maskSmallest,
        sparseConfig: { sparsityLevel: 0.5 },
      }).registerLayer('top_l.0');
      for (const batch of batches.slice(0, 3)) await model.forward(batch);
      sparsifier.step();
      sparsifier.squashMask();
      const mask = sparsifier.getMask('top_l.0') as Tensor;
      const width = model.config.topMlp[0]!;
      expect(mask.shape).toEqual([width]);
      expect(mask.data.filter((keeps) => keeps === 0)).toHaveLength(Math.floor(width / 2));
      const expected = referenceForward(model.config, initial, batches[4]!, {
        'top_l.0': (z) => z.map((value, column) => value * mask.data[column]!),
      });
      expectClose('masked', await model.forward(batches[4]!), expected, 1e-6);
      await model.dispose();
    });

    test('a folded mask gives what the mask gives, and is trained like a model whose dropped weights stay 0', async () => {
      const { initial, batches } = await readSmallGolden();
      const masked = await Dlrm.fromStateDict(copied(initial), { engine });
      const width = masked.config.topMlp[0]!;
      // Of the bottom MLP's output some, none and all columns; of the pairs some, and all of one vector's.
      const masks: [string, (column: number) => boolean][] = [
        ['some columns', (column) => column % 3 !== 1],
        ['pairs alone', (column) => column >= masked.config.embeddingDim && column % 2 === 0],
        ["the bottom MLP's output alone", (column) => column < masked.config.embeddingDim],
        ['the last pair', (column) => column === width - 1],
      ];
      for (const [name, keeps] of masks) {
        const mask = Float32Array.from({ length: width }, (_, column) => Number(keeps(column)));
        const handle = masked.registerForwardPreHook('top_l.0', ({ data, shape }) => ({
          data: data.map((value, at) => value * mask[at % width]!),
          shape,
        }));
        const folded = await foldMask(masked, { data: mask, shape: [width] });
        expect(`${folded.engine.name}:${folded.engine.device}`).toBe(
          `${masked.engine.name}:${masked.engine.device}`,
        );
        for (const size of [1, 37]) {
          const batch = resized(batches[1]!, size);
          expectClose(`${name}, ${size}`, await folded.forward(batch), await masked.forward(batch), 1e-6);
        }
        handle.remove();

        const { loss, gradients } = await folded.gradients(batches[2]!);
        const zeroed = await Dlrm.fromStateDict(withoutColumns(masked.stateDict(), mask), { engine });
        const expected = await zeroed.gradients(batches[2]!);
        expectClose('loss', [loss], [expected.loss], 1e-6);
        const weight = expected.gradients['top_l.0.weight']!;
        const kept = weight.data.filter((_, at) => mask[at % width] !== 0);
        for (const [parameter, { data }] of Object.entries(gradients)) {
          const whole = parameter === 'top_l.0.weight' ? kept : expected.gradients[parameter]!.data;
          expectClose(`${name}, ${parameter}`, data, whole, 1e-6);
        }
        await Promise.all([folded.dispose(), zeroed.dispose()]);
      }
      await masked.dispose();
    });

    test.each(['memory of their own', 'one TableMemory'])(
      'looks up sparse and quantised tables next to dense ones, in %s',
      async (place) => {
        const { initial, batches } = await readSmallGolden();
        const memory = place === 'one TableMemory' ? new TableMemory() : undefined;
        const { state, dense } = compressedTables(initial, memory);
        const model = await Dlrm.fromStateDict(state, { engine });
        for (const size of [1, 37, 64]) {
          const batch = resized(batches[2]!, size);
          const expected = referenceForward(model.config, dense, batch);
          expectClose(`batch of ${size}`, await model.forward(batch), expected, 1e-6);
          const features = referenceFeatures(model.config, dense, batch);
          expectClose(
            `features of ${size}`,
            await model.forwardBetween({ batch, to: 'top_l.0' }),
            features,
            1e-5,
          );
        }
        const sameDense = await Dlrm.fromStateDict(copied(dense), { engine });
        const { loss, gradients } = await model.gradients(batches[2]!);
        const expected = await sameDense.gradients(batches[2]!);
        expectClose('loss', [loss], [expected.loss], 1e-6);
        expectStateDictsClose(gradients, expected.gradients, 1e-6);
        await expect(model.trainStep(batches[2]!, { learningRate: 0.1 })).rejects.toThrow(
          'emb_l.0.weight: training needs a dense table, found a compressed one',
        );
        expectStateDictsClose(model.stateDict(), dense, 0);
        await Promise.all([model.dispose(), sameDense.dispose()]);
      },
    );

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

/** What the first top layer gives before its activation, (n, topMlp[1]), of what enters it. */
function firstTopLayer(state: StateDict, features: Float32Array): Float32Array {
  const { data: weight, shape } = state['top_l.0.weight']!;
  const bias = state['top_l.0.bias']!.data;
  const [outputs, inputs] = shape as [number, number];
  return new Float32Array((features.length / inputs) * outputs).map((_, place) => {
    const [example, output] = [Math.floor(place / outputs), place % outputs];
    let sum = bias[output]!;
    for (let i = 0; i < inputs; i++) sum += features[example * inputs + i]! * weight[output * inputs + i]!;
    return sum;
  });
}

function copied(stateDict: StateDict): StateDict {
  return Object.fromEntries(
    Object.entries(stateDict).map(([name, { data, shape }]) => [name, { data: data.slice(), shape }]),
  );
}

/** The same with zeros in the masked columns of the first top layer's weight. */
function withoutColumns(stateDict: StateDict, mask: Float32Array): StateDict {
  const { data, shape } = stateDict['top_l.0.weight']!;
  const weight = data.map((value, at) => (mask[at % mask.length] === 0 ? 0 : value));
  return { ...copied(stateDict), 'top_l.0.weight': { data: weight, shape } };
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

/** The tables' gradients of the mean loss, made of `rowGradients`: (p - label) / n times the gradient of the logit. */
async function tableGradientsByRows(model: Dlrm, batch: LabelledBatch): Promise<StateDict> {
  const { tableRows, embeddingDim: dim } = model.config;
  const { probabilities, rows } = await model.rowGradients(batch);
  const size = probabilities.length;
  return Object.fromEntries(
    tableRows.map((count, table) => {
      const data = new Float32Array(count * dim);
      probabilities.forEach((probability, example) => {
        const lookup = example * tableRows.length + table;
        const slope = (probability - batch.labels[example]!) / size;
        for (let column = 0; column < dim; column++) {
          data[batch.sparse[lookup]! * dim + column]! += slope * rows[lookup * dim + column]!;
        }
      });
      return [`emb_l.${table}.weight`, { data, shape: [count, dim] }];
    }),
  );
}
