import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openCriteoDataset, preprocessCriteo, readNpz, synthesizeCriteo, writeNpz } from '@ds/criteo-data';
import { MixedPrecisionTable } from '@ds/data-sparsifier';
import { saveMixedCheckpoint, type CheckpointMetadata } from '@ds/tensor-files';
import { builtFile } from '../../test-support/src/built-file.js';
import { temporaryFolder } from '../../test-support/src/temporary-folder.js';
import { Dlrm, embeddingTableNames, evaluate, loadCheckpoint } from '../src/index.js';

const cli = builtFile(join(__dirname, '../dist/cli.js'));
const folder = temporaryFolder();
const file = (name: string) => join(folder, name);
const rows = 700;
const model = file('model.ckpt');
const safetensors = file('model.safetensors');
/** Where processed rows are: those that the model was trained on, and the same in reverse order. */
let trained: string;
/** With new ids: as many in each column, of other categories. */
let renumbered: string;
/** With the ids of the training rows. */
let reversed: string;

function dlrm(command: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, command, ...args], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

const evaluateOn = (data: string, path: string, ...args: string[]) =>
  dlrm('evaluate', '--processed-data-file', data, '--model-path', path, ...args);

async function preprocess(name: string, text: string, dictionaries?: string) {
  mkdirSync(file(name));
  const [rawDataFile, processedDataFile] = [join(folder, name, 'raw.txt'), join(folder, name, 'rows.npz')];
  writeFileSync(rawDataFile, text);
  return { ...(await preprocessCriteo({ rawDataFile, processedDataFile, dictionaries })), processedDataFile };
}

beforeAll(async () => {
  await synthesizeCriteo({ rows, seed: 3, output: file('synthetic.txt'), threads: 1 });
  const text = readFileSync(file('synthetic.txt'), 'utf8');
  const backwards = `${text.replace(/\n$/, '').split('\n').reverse().join('\n')}\n`;
  const first = await preprocess('trained', text);
  trained = first.processedDataFile;
  ({ processedDataFile: renumbered } = await preprocess('renumbered', backwards));
  ({ processedDataFile: reversed } = await preprocess('reversed', backwards, first.dictionariesFile));
  const options = ['--processed-data-file', trained, '--epochs', '2', '--quiet'];
  expect(dlrm('train', ...options, '--save-model', model)).toMatchObject({ status: 0 });
  expect(dlrm('convert', '--model-path', model, '--output', safetensors)).toMatchObject({ status: 0 });
});

/** The probabilities that the model gives to the rows of a processed file. */
async function expectedProbabilities(path: string, processedDataFile: string): Promise<Float32Array> {
  const dataset = await openCriteoDataset({ processedDataFile, split: 'all' });
  const loaded = await Dlrm.load(path, { engine: 'onnx:cpu' });
  const { scores } = await evaluate({ model: loaded, dataset });
  await Promise.all([loaded.dispose(), dataset.close()]);
  return scores;
}

function predict(data: string, path: string, name = 'predictions.csv') {
  const options = ['--processed-data-file', data, '--model-path', path, '--output', file(name)];
  return dlrm('predict', ...options, '--engine', 'onnx:cpu', '--test-mini-batch-size', '256');
}

function probabilitiesIn(name: string): Float32Array {
  const [header, ...lines] = readFileSync(file(name), 'utf8').trimEnd().split('\n');
  expect(header).toBe('row,probability');
  const cells = lines.map((line) => line.split(','));
  expect(cells.map(([row]) => row)).toEqual(lines.map((_, row) => String(row + 1)));
  return Float32Array.from(cells, ([, probability]) => Number(probability));
}

test('a checkpoint says which ids it was trained on, in every format, and is evaluated on them without a word', async () => {
  const dataset = await openCriteoDataset({ processedDataFile: trained, split: 'test' });
  for (const path of [model, safetensors]) {
    let metadata: CheckpointMetadata = {};
    const state = await loadCheckpoint(path, { onMetadata: (found) => void (metadata = found) });
    expect(metadata).toEqual({ ids_sha256: dataset.idsFingerprint });
    expect(Object.keys(state)).toHaveLength(40);
    const { status, stderr } = evaluateOn(trained, path);
    expect(status).toBe(0);
    expect(stderr).not.toContain('ids');
  }
  await dataset.close();
});

test('a checkpoint is refused on other ids, though the counts agree', async () => {
  const countsIn = async (path: string) => (await readNpz(path))['counts']!.data;
  expect(await countsIn(renumbered)).toEqual(await countsIn(trained));
  const message = `error: ${model}: its tables are for other ids than those of ${renumbered}: expected the id dictionaries `;
  for (const { status, stdout, stderr } of [
    evaluateOn(renumbered, model, '--quiet'),
    dlrm(
      'predict',
      '--processed-data-file',
      renumbered,
      '--model-path',
      model,
      '--quiet',
      '--output',
      file('no.csv'),
    ),
  ]) {
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^error: .*\n$/);
    expect(stderr.startsWith(message)).toBe(true);
    expect(stderr).toContain('preprocess the rows with --dictionaries of the training data');
  }
  expect(existsSync(file('no.csv'))).toBe(false);
});

test('what says nothing of its ids is not checked, which is told once', async () => {
  const silentData = file('silent.npz');
  await writeNpz(silentData, await readNpz(trained));
  const silentModel = file('silent.ckpt');
  const loaded = await Dlrm.load(model, { metadata: {} });
  await loaded.save(silentModel);
  await loaded.dispose();
  for (const [data, path, silent] of [
    [silentData, model, `${silentData} does`],
    [trained, silentModel, `${silentModel} does`],
    [silentData, silentModel, `${silentModel} and ${silentData} do`],
  ] as const) {
    const { status, stderr } = evaluateOn(data, path);
    expect(status).toBe(0);
    expect(stderr.split('\n').filter((line) => line.includes('ids'))).toEqual([
      `ids not checked: ${silent} not say which they are`,
    ]);
  }
});

test('rows with the dictionaries of the training rows are predicted, with labels and without', async () => {
  const expected = await expectedProbabilities(model, trained);
  expect(predict(reversed, model)).toMatchObject({
    status: 0,
    stdout: `${rows} rows: ${file('predictions.csv')}\n`,
    stderr: expect.not.stringContaining('ids'),
  });
  expect(probabilitiesIn('predictions.csv')).toEqual(Float32Array.from(expected).reverse());
  const options = ['--processed-data-file', reversed, '--model-path', model, '--output', file('json.csv')];
  expect(JSON.parse(dlrm('predict', ...options, '--json').stdout)).toEqual({
    output: file('json.csv'),
    rows,
  });
  expect(evaluateOn(reversed, model, '--split', 'all', '--json', '--quiet').stdout).toMatch(/^\{"rows":700,/);

  // Kaggle's test rows have no labels.
  const unlabelled = await readNpz(reversed);
  delete unlabelled['y'];
  await writeNpz(file('unlabelled.npz'), unlabelled);
  const { status, stderr } = predict(file('unlabelled.npz'), model, 'unlabelled.csv');
  expect({ status, stderr }).toMatchObject({
    status: 0,
    stderr: expect.stringContaining('ids not checked: '),
  });
  expect(readFileSync(file('unlabelled.csv'))).toEqual(readFileSync(file('predictions.csv')));
  expect(evaluateOn(file('unlabelled.npz'), model, '--split', 'all', '--quiet')).toEqual({
    status: 1,
    stdout: '',
    stderr: `error: ${file('unlabelled.npz')}: expected rows with labels, found none; use dlrm predict\n`,
  });
});

test('a compressed model predicts and keeps its ids', async () => {
  let metadata: CheckpointMetadata = {};
  const tensors = await loadCheckpoint(model, { onMetadata: (found) => void (metadata = found) });
  const tables: Record<string, MixedPrecisionTable> = {};
  for (const name of embeddingTableNames(tensors)) {
    const bits = Uint8Array.from({ length: tensors[name]!.shape[0]! }, (_, row) => [4, 8, 0, 2][row % 4]!);
    tables[name] = MixedPrecisionTable.fromDense({ table: tensors[name]!, bits });
    Reflect.deleteProperty(tensors, name);
  }
  const mixed = file('mixed.safetensors');
  await saveMixedCheckpoint(mixed, { tables, tensors, metadata });
  expect(predict(reversed, mixed, 'mixed.csv')).toMatchObject({
    status: 0,
    stderr: expect.not.stringContaining('ids'),
  });
  expect(probabilitiesIn('mixed.csv')).toEqual((await expectedProbabilities(mixed, trained)).reverse());
  expect(predict(renumbered, mixed, 'other.csv').status).toBe(1);
});

test('an output that is an input is refused', () => {
  const before = readFileSync(model);
  const { status, stderr } = dlrm(
    ...(['predict', '--processed-data-file', trained, '--model-path', model, '--output', model] as const),
  );
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: `error: cannot write ${model}: it is also an input, and would be lost\n`,
  });
  expect(readFileSync(model)).toEqual(before);
});
