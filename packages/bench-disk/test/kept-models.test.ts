import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readSparseModelMetadata, type MadeFrom, type SparseModelMetadata } from '@ds/bench-models';
import { loadCheckpoint, saveCheckpoint } from '@ds/tensor-files';
import { benchCommand, builtFile, originalData, originalModel, temporaryFolder } from '@ds/test-support';
import { parse } from 'csv-parse/sync';

const folder = temporaryFolder();
const run = benchCommand('bench-disk');
const built = pathToFileURL(builtFile(join(__dirname, '../dist/index.js'))).href;
const grid = [
  ...['--methods', 'block-norm,global-norm,curvature-access,rows-int8,rows-nearest,mixed-precision'],
  ...['--sparsity-levels', '0,0.9', '--norms', 'L2', '--bits', '8,2', '--ratios', '20', '--format', 'both'],
  ...['--processed-data-file', originalData, '--calibration-rows', '500', '--seed', '3', '--quiet'],
];
const keptCsv = () => join(folder, 'kept.csv');
const countedCsv = () => join(folder, 'counted', 'none.csv');

beforeAll(() => {
  const model = ['--model-path', originalModel, ...grid];
  const dump = ['--sparsified-model-dump-path', join(folder, 'dump')];
  expect(run([...model, ...dump, '--output', keptCsv()])).toMatchObject({ status: 0, stderr: '' });
  const none = ['--keep-models', 'none', '--output', countedCsv()];
  expect(run([...model, ...none])).toMatchObject({ status: 0, stderr: '' });
});

/** What the program below is asked for. */
interface Question {
  csv: string;
  tables: 'dense' | 'sparse';
  madeFrom?: Partial<MadeFrom>;
  /** The file next to which files of the models are written; if given, the files are compared. */
  beside?: string;
}

// In a process of its own, because the threads need the built worker files.
const program = `
  import { createHash } from 'node:crypto';
  import { readFile } from 'node:fs/promises';
  import { ModelSource, readSparseModelMetadata } from ${JSON.stringify(built)};

  const { csv, tables, madeFrom, processedDataFile, beside } = JSON.parse(process.argv[2]);
  const models = await readSparseModelMetadata(csv);
  const source = new ModelSource({ models, madeFrom, processedDataFile });
  const hash = (bytes) => createHash('sha256').update(bytes).digest('hex');

  /** Hash and bytes of each tensor; the values of sparse tables are looked up. */
  function tensors(state) {
    return Object.entries(state).map(([name, tensor]) => {
      if ('data' in tensor) return [name, hash(tensor.data), tensor.data.byteLength];
      const values = new Float32Array(tensor.rows * tensor.dim);
      tensor.gatherRows(Int32Array.from({ length: tensor.rows }, (_, row) => row), values);
      return [name, hash(values), tensor.byteLength];
    });
  }

  async function answer(model) {
    try {
      if (beside === undefined) {
        const { state, release } = await source.open(model, { tables });
        const found = tensors(state);
        release(); // the next model overwrites its tables
        return found;
      }
      const use = async ({ path, blockWidth }) => [hash(await readFile(path)), blockWidth];
      return await source.withFile(model, { tables, beside }, use);
    } catch (error) {
      return error.message;
    }
  }
  const answers = [];
  for (const model of models) answers.push(await answer(model));
  console.log(JSON.stringify(answers));`;

/** For each model of the CSV its tensors, or what its file is, or its error. */
async function opened({ madeFrom, ...question }: Question): Promise<unknown[]> {
  const file = join(folder, 'open-models.mjs');
  await writeFile(file, program);
  const options = { modelPath: originalModel, calibrationRows: 500, seed: 3, ...madeFrom };
  const asked = { ...question, madeFrom: options, processedDataFile: originalData };
  const { stdout, stderr } = spawnSync(process.execPath, [file, JSON.stringify(asked)], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as unknown[];
}

test('--keep-models none writes only the CSV, the same but for paths, times and checksums', async () => {
  expect(await readdir(join(folder, 'counted'))).toEqual(['none.csv']);
  const [kept, counted] = await Promise.all(
    [keptCsv(), countedCsv()].map(async (path) =>
      parse<Record<string, string>>(await readFile(path, 'utf8'), { columns: true }),
    ),
  );
  const ofCounted = {
    ...{ path: '', sparse_path: '' },
    step_time_sec: expect.stringMatching(/^[\d.e-]+$/),
    tables_crc32: expect.stringMatching(/^\d+$/),
  };
  expect(counted).toEqual(kept!.map((row) => ({ ...row, ...ofCounted })));
});

test.each(['dense', 'sparse'] as const)('a model made again is the one in its file, %s', async (tables) => {
  const made = await opened({ csv: countedCsv(), tables });
  expect(made.map(Array.isArray)).toEqual(Array(17).fill(true));
  expect(made).toEqual(await opened({ csv: keptCsv(), tables }));
});

test.each(['dense', 'sparse'] as const)(
  'its file is that of bench-disk, and is removed after use, %s',
  async (tables) => {
    const place = await mkdtemp(join(folder, 'files-'));
    const beside = join(place, 'memory.csv');
    const made = await opened({ csv: countedCsv(), tables, beside });
    expect(made).toEqual(await opened({ csv: keptCsv(), tables, beside }));
    expect(await readdir(place)).toEqual([]);
  },
);

test('what is not the model that bench-disk was given, or not made with its options, is refused', async () => {
  const models = await readSparseModelMetadata(countedCsv());
  const csv = countedCsv();
  const other = join(folder, 'other.ckpt');
  const state = await loadCheckpoint(originalModel);
  state['bot_l.0.bias']!.data[0]! += 1e-3;
  await saveCheckpoint(other, state);
  const [{ sourceSha256 }] = models as [SparseModelMetadata];
  for (const message of await opened({ csv, tables: 'dense', madeFrom: { modelPath: other } })) {
    expect(message).toContain(
      `${other}: expected the model from which bench-disk made the others, SHA-256 ${sourceSha256}, found another`,
    );
  }

  const mixed = models.findIndex(({ ratio }) => ratio !== undefined);
  const refusal = (place: number, title: string) =>
    expect.stringContaining(
      `${originalModel}, ${title}: expected the tables that bench-disk sized, CRC-32 ${models[place]!.tablesCrc32}, found others`,
    );
  for (const madeFrom of [{ seed: 4 }, { calibrationRows: 400 }]) {
    const found = await opened({ csv, tables: 'dense', madeFrom });
    expect(found[mixed]).toEqual(refusal(mixed, 'mixed precision, 20 times smaller'));
    // Its rows are not ranked by them.
    expect(Array.isArray(found[1])).toBe(true);
  }
  const madeFrom = { tables: ['emb_l.2.weight'] };
  const beside = join(folder, 'memory.csv');
  for (const as of [{ tables: 'dense' }, { tables: 'sparse' }, { tables: 'sparse', beside }] as const) {
    const found = await opened({ csv, madeFrom, ...as });
    expect(found[1]).toEqual(refusal(1, 'L2, blocks (1, 1), level 0.9'));
  }
});

test('a folder for the models is needed exactly if they are kept', () => {
  const model = ['--model-path', originalModel, '--output', join(folder, 'refused.csv')];
  const refusal = (...args: string[]) => {
    const { status, stderr } = run([...model, ...args]);
    return [status, stderr];
  };
  expect(refusal()).toEqual([
    2,
    expect.stringContaining('--sparsified-model-dump-path: expected a folder for the models, found none'),
  ]);
  expect(refusal('--keep-models', 'none', '--sparsified-model-dump-path', folder)).toEqual([
    2,
    expect.stringContaining('--keep-models none: expected one of them, found both'),
  ]);
});
