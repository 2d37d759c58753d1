import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readNpz } from '@ds/criteo-data/npz';
import { builtFile } from '../../../../test-support/src/built-file.js';
import { temporaryFolder } from '../../../../test-support/src/temporary-folder.js';
import { saveCheckpoint } from '@ds/tensor-files';
import {
  checkTablesFitData,
  configFromStateDict,
  Dlrm,
  loadModelState,
  type DlrmOptions,
  type StateDict,
} from '../../../src/index.js';
import { expectClose } from '../../golden-model.js';

const golden = join(__dirname, '../../golden/dlrm-variants');
const folder = temporaryFolder();
const cli = builtFile(join(__dirname, '../../../dist/cli.js'));
const tables = [37, 5, 120, 61, 9, 24];
const cpu = { engine: 'onnx:cpu', threads: 1 } as const;

async function readVariant(name: string) {
  const arrays = await readNpz(join(golden, `${name}.npz`));
  const { integers, ids, probabilities } = arrays;
  const state: StateDict = {};
  for (const [key, { data, shape }] of Object.entries(arrays)) {
    if (key.startsWith('state.')) state[key.slice('state.'.length)] = { data: data as Float32Array, shape };
  }
  return {
    state,
    batch: {
      dense: Float32Array.from(integers!.data as Int32Array, (value) => Math.log(value + 1)),
      sparse: ids!.data as Int32Array,
    },
    probabilities: probabilities!.data as Float32Array,
  };
}

async function expectProbabilities(name: string, open: (state: StateDict) => Promise<Dlrm>) {
  const { state, batch, probabilities } = await readVariant(name);
  const model = await open(state);
  expectClose(name, await model.forward(batch), probabilities, 2e-6);
  await model.dispose();
}

const variants: [name: string, flags: DlrmOptions][] = [
  ['qr-mult', { qrOperation: 'mult' }],
  ['qr-add', { qrOperation: 'add' }],
  ['qr-concat', {}],
  ['md', {}],
  ['weighted', {}],
  ['cat', { archInteractionOp: 'cat' }],
  ['torchrec', {}],
];

describe.each(variants)("%s has the original's probabilities (PyTorch 2.15)", (name, flags) => {
  test('from its state dict', () =>
    expectProbabilities(name, (state) => Dlrm.fromStateDict(state, { ...flags, ...cpu })));

  test('from its checkpoint, with dense tables and with sparse ones', async () => {
    const path = join(folder, `${name}.ckpt`);
    await saveCheckpoint(path, (await readVariant(name)).state);
    await expectProbabilities(name, () => Dlrm.load(path, { ...flags, ...cpu }));
    await expectProbabilities(name, async () =>
      Dlrm.fromStateDict(await loadModelState(path, { tables: 'sparse', ...flags }), { ...flags, ...cpu }),
    );
  });

  test('saved and loaded again, as a plain model that needs no flag', async () => {
    const path = join(folder, `${name}-plain.safetensors`);
    const first = await Dlrm.fromStateDict((await readVariant(name)).state, { ...flags, ...cpu });
    await first.save(path);
    await first.dispose();
    await expectProbabilities(name, () => Dlrm.load(path, cpu));
  });
});

test('what the sizes do not show must be said, and a flag that the sizes contradict is refused', async () => {
  const refusal = async (name: string, flags: DlrmOptions = {}) => {
    const { state } = await readVariant(name);
    return expect(Dlrm.fromStateDict(state, { ...flags, ...cpu })).rejects;
  };
  await (
    await refusal('cat')
  ).toThrow('top_l.0.weight: 8 inputs are what both --arch-interaction-op=dot and cat give: say which with');
  const { qrMult, weighted } = {
    qrMult: (await readVariant('qr-mult')).state,
    weighted: (await readVariant('weighted')).state,
  };
  await (
    await refusal('qr-add')
  ).toThrow(
    'emb_l.0.weight_q is of a model trained with --qr-flag, which does not say whether rows are multiplied or added: ' +
      'say --qr-operation mult or add, or write it into the file with dlrm convert --qr-operation',
  );
  await (await refusal('qr-mult', { qrOperation: 'concat' })).toThrow(/expected .*embedding|expected shape/);
  await (await refusal('qr-concat', { qrOperation: 'mult' })).toThrow(/expected/);
  await (
    await refusal('md', { archInteractionOp: 'cat' })
  ).toThrow('config.topMlp: expected the first width to be 56');
  await expect(
    Dlrm.fromStateDict({ ...weighted, 'v_W_l.2': { data: new Float32Array(3), shape: [3] } }, cpu),
  ).rejects.toThrow('v_W_l.2: expected 120 weights, one for each row of its table, found 3');
  const withoutRemainders = { ...qrMult };
  delete withoutRemainders['emb_l.2.weight_r'];
  await expect(Dlrm.fromStateDict(withoutRemainders, { qrOperation: 'mult', ...cpu })).rejects.toThrow(
    'emb_l.2.weight_r is missing',
  );
});

test('a quotient-remainder model fits the data that it was made for', async () => {
  const { state } = await readVariant('qr-mult');
  const { config, ...model } = await Dlrm.fromStateDict(state, { qrOperation: 'mult', ...cpu });
  expect(config.tableRows).toEqual([40, 5, 120, 64, 9, 24]);
  const check = (counts: number[]) =>
    checkTablesFitData({ config, counts, modelPath: 'm.ckpt', dataPath: 'd.npz' });
  check(tables);
  expect(() => check(tables.with(0, 36))).toThrow('emb_l.0.weight: expected 36 rows');
  expect(() => check(tables.with(1, 4))).toThrow('emb_l.1.weight: expected 4 rows');
  void model;
});

test("TorchRec's tables are in the order of their numbers, whatever the file's order is", async () => {
  const { state, batch, probabilities } = await readVariant('torchrec');
  const sorted = Object.fromEntries(Object.entries(state).sort(([a], [b]) => (a < b ? -1 : 1)));
  const model = await Dlrm.fromStateDict(sorted, cpu);
  expectClose('torchrec', await model.forward(batch), probabilities, 2e-6);
  await model.dispose();
  const renamed = Object.fromEntries(
    Object.entries(state).map(([name, tensor]) => [name.replace('t_cat_3.', 'users.'), tensor]),
  );
  await expect(Dlrm.fromStateDict(renamed, cpu)).rejects.toThrow(
    'embedding_bags.users.weight: expected a table whose name ends with its number, such as t_cat_0',
  );
  expect(() => configFromStateDict(state)).toThrow('expected the tensors of a DLRM');
});

test('dlrm convert writes a flag into the file, and the commands take it from there', async () => {
  const dlrm = (...args: string[]) => spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' });
  const [model, said, onnx] = ['bare.ckpt', 'said.safetensors', 'model.onnx'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  await saveCheckpoint(model, (await readVariant('qr-add')).state);
  const refused = dlrm('export', '--model-path', model, '--output', onnx);
  expect(refused.stderr).toMatch(
    /^error: \S+bare\.ckpt: emb_l\.0\.weight_q is of a model trained with --qr-flag, .*\n$/,
  );
  expect(refused.status).toBe(1);
  expect(dlrm('export', '--model-path', model, '--output', onnx, '--qr-operation', 'add').status).toBe(0);
  expect(dlrm('convert', '--model-path', model, '--output', said, '--qr-operation', 'add').status).toBe(0);
  expect(dlrm('export', '--model-path', said, '--output', onnx).status).toBe(0);
  await expectProbabilities('qr-add', () => Dlrm.load(said, cpu));
  expect(dlrm('convert', '--model-path', model, '--output', said, '--qr-operation', 'divide').status).toBe(2);
  writeFileSync(onnx, '');
});
