import { Dlrm, type DlrmBatch } from '../../../src/index.js';
import { expectClose, readSmallGolden } from '../../golden-model.js';

let model: Dlrm;
let batch: DlrmBatch;

beforeAll(async () => {
  const golden = await readSmallGolden();
  batch = golden.batches[0]!;
  model = await Dlrm.fromStateDict(golden.initial, { engine: 'tfjs:cpu' });
});
afterAll(() => model.dispose());

test('any two sections that meet are the whole forward pass', async () => {
  const whole = await model.forward(batch);
  for (const module of model.moduleNames.slice(1)) {
    const values = await model.forwardBetween({ batch, to: module });
    expectClose(module, await model.forwardBetween({ batch, from: { module, values } }), whole, 1e-6);
  }
  expectClose('one section', await model.forwardBetween({ batch }), whole, 0);
});

test('modules are named as PyTorch names them, with the interaction between the MLPs', () => {
  expect(model.moduleNames).toEqual([
    ...['bot_l.0', 'bot_l.1', 'bot_l.2', 'bot_l.3', 'bot_l.4', 'bot_l.5'],
    'interaction',
    ...['top_l.0', 'top_l.1', 'top_l.2', 'top_l.3', 'top_l.4', 'top_l.5'],
  ]);
});

test('a module that is not there, or comes too early, is an error that names it', async () => {
  await expect(model.forwardBetween({ batch, to: 'top_l.6' })).rejects.toThrow(
    'no module "top_l.6"; the model has bot_l.0, bot_l.1,',
  );
  const from = { module: 'top_l.0', values: new Float32Array(64 * 29) };
  await expect(model.forwardBetween({ batch, from, to: 'interaction' })).rejects.toThrow(
    'module "interaction" does not come after "top_l.0", where the pass starts',
  );
  await expect(model.forwardBetween({ batch, to: 'bot_l.0' })).rejects.toThrow(
    'module "bot_l.0" does not come after "bot_l.0"',
  );
});

test('a section that needs a batch is refused without one', async () => {
  await expect(model.forwardBetween({ to: 'top_l.0' })).rejects.toThrow(
    'expected a batch: the forward pass from bot_l.0 needs one, found none',
  );
  const from = { module: 'bot_l.5', values: new Float32Array(16) };
  await expect(model.forwardBetween({ from })).rejects.toThrow(
    'expected a batch: the forward pass from bot_l.5',
  );
  await expect(model.forwardBetween({ from, to: 'interaction' })).resolves.toEqual(new Float32Array(16));
});
