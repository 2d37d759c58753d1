import { RandomStream } from '@ds/criteo-data';
import {
  checkConfig,
  configFromStateDict,
  kaggleDlrmConfig,
  type DlrmConfig,
} from '../../../src/models/dlrm/config.js';
import { Dlrm } from '../../../src/index.js';
import { initialStateDict } from '../../../src/models/dlrm/initialise.js';

const config: DlrmConfig = {
  embeddingDim: 4,
  tableRows: [7, 3],
  bottomMlp: [13, 6, 4],
  topMlp: [7, 5, 1],
};
const state = () => initialStateDict(config, new RandomStream(1));

test('the Kaggle network has the sizes of dlrm_s_criteo_kaggle.sh', () => {
  expect(() => checkConfig(kaggleDlrmConfig)).not.toThrow();
  expect(kaggleDlrmConfig.tableRows).toHaveLength(26);
  expect(kaggleDlrmConfig.tableRows.reduce((sum, rows) => sum + rows, 0)).toBe(33_762_577);
});

test('the sizes of a model are read from the shapes of its tensors', () => {
  expect(configFromStateDict(state())).toEqual(config);
});

test.each<[string, Partial<DlrmConfig>, string]>([
  ['no tables', { tableRows: [] }, 'config.tableRows: expected at least 1 numbers, found 0'],
  [
    'a table of no rows',
    { tableRows: [7, 0] },
    'config.tableRows: expected whole numbers of at least 1, found 0',
  ],
  [
    'half a width',
    { bottomMlp: [13, 6.5, 4] },
    'config.bottomMlp: expected whole numbers of at least 1, found 6.5',
  ],
  [
    'another dim',
    { embeddingDim: 8 },
    'config.bottomMlp: expected the last width to be 8 (embeddingDim), found 4',
  ],
  [
    'another number of tables',
    { tableRows: [7, 3, 2] },
    'config.topMlp: expected the first width to be 10 (embeddingDim and one for each pair of 4 vectors), found 7',
  ],
  [
    'two outputs',
    { topMlp: [7, 5, 2] },
    'config.topMlp: expected the last width to be 1 (one probability), found 2',
  ],
])('refuses %s', async (_, change, message) => {
  await expect(Dlrm.create({ ...config, ...change }, { seed: 1 })).rejects.toThrow(message);
});

test.each<[string, (tensors: ReturnType<typeof state>) => void, string]>([
  [
    'no tensor at all',
    (tensors) => Object.keys(tensors).forEach((name) => Reflect.deleteProperty(tensors, name)),
    'expected the tensors of a DLRM, from emb_l.0.weight on, found no tensors',
  ],
  [
    'a missing bias',
    (tensors) => delete tensors['bot_l.2.bias'],
    'bot_l.2.bias is missing: expected a tensor of shape (4)',
  ],
  [
    'no top MLP',
    (tensors) => delete tensors['top_l.0.weight'],
    'top_l.0.weight is missing: expected a layer',
  ],
  [
    'a table of another dim',
    (tensors) => (tensors['emb_l.1.weight']!.shape = [4, 3]),
    'emb_l.1.weight: expected shape (4, 4), found (4, 3)',
  ],
  [
    'a bias of another length',
    (tensors) => (tensors['top_l.0.bias']!.shape = [6]),
    'top_l.0.bias: expected shape (5), found (6)',
  ],
  [
    'an unknown tensor',
    (tensors) => (tensors['extra'] = { data: new Float32Array(1), shape: [1] }),
    'extra is not a tensor of this model (10 are known)',
  ],
])('refuses a state dict with %s', async (_, change, message) => {
  const tensors = state();
  change(tensors);
  await expect(Dlrm.fromStateDict(tensors)).rejects.toThrow(message);
});

test('a new model has the interaction that its config names, where its width fits several', async () => {
  const sizes = { embeddingDim: 1, tableRows: [2], bottomMlp: [1, 1], topMlp: [2, 1] };
  const batch = { dense: Float32Array.of(1), sparse: Int32Array.of(0) };
  const [dot, cat] = await Promise.all(
    (['dot', 'cat'] as const).map((archInteractionOp) =>
      Dlrm.create({ ...sizes, archInteractionOp }, { seed: 1, engine: 'tfjs:cpu' }),
    ),
  );
  const row = dot!.stateDict()['emb_l.0.weight']!.data[0]!;
  const [bottom] = await dot!.forwardBetween({ batch, to: 'interaction' });
  const ofDot = await dot!.forwardBetween({ batch, to: 'top_l.0' });
  const ofCat = await cat!.forwardBetween({ batch, to: 'top_l.0' });
  expect([...ofDot]).toEqual([bottom, Math.fround(bottom! * row)]);
  expect([...ofCat]).toEqual([bottom, row]);
  await Promise.all([dot!.dispose(), cat!.dispose()]);
});
