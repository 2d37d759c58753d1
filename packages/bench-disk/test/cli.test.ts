import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, copyFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { loadCheckpoint, saveCheckpoint, type StateDict } from '@ds/tensor-files';
import { readSparseModelMetadata, type SparseModelMetadata } from '@ds/bench-models';
import {
  asTorchRec,
  benchCommand,
  builtFile,
  killOnceJournalled,
  originalData,
  originalModel,
  withQuotientRemainder,
} from '@ds/test-support';
import packageJson from '../package.json';

const run = benchCommand('bench-disk');

describe('bench-disk', () => {
  let folder: string;
  let output: string;
  let args: string[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bench-disk-'));
    output = join(folder, 'metadata.csv');
    args = ['--model-path', originalModel, '--sparsified-model-dump-path', join(folder, 'dump')];
    args.push('--output', output);
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('dumps the models that were asked for; flags may have underscores', async () => {
    const result = run([
      ...args.map((argument) => argument.replace('--model-path', '--model_path')),
      ...['--sparsity_levels=0,0.5', '--sparse-block-shapes', '1x4,16x1', '--norms', 'L2'],
    ]);
    expect(result.stderr).toMatch(/^pruned models: 0\/4 \(0%\)\n[^]*pruned models: 4\/4 \(100%\)\n$/);
    expect(result.stdout).toBe(`4 models: ${output}\n`);
    expect(result.status).toBe(0);
    const rows = await readSparseModelMetadata(output);
    expect(rows.map(({ sparseBlockShape, sparsityLevel }) => [sparseBlockShape, sparsityLevel])).toEqual([
      [[1, 4], 0],
      [[1, 4], 0.5],
      [[16, 1], 0],
      [[16, 1], 0.5],
    ]);
  });

  test('dumps models of every method, in a file with dense and one with compressed tables', async () => {
    const methods = ['access-norm', 'curvature-access', 'rows-int8', 'rows-int4', 'rows-nearest'];
    methods.push('rows-greedy', 'rows-curvature', 'mixed-precision');
    const result = run([
      ...[...args, '--quiet', '--methods', methods.join(), '--processed-data-file', originalData],
      ...['--sparsity-levels', '0.5', '--sparse-block-shapes', '1x4', '--norms', 'L1', '--bits', '4'],
      ...['--ratios', '20', '--format', 'both'],
    ]);
    expect(result).toMatchObject({ status: 0, stdout: `8 models: ${output}\n` });
    const rows = await readSparseModelMetadata(output);
    expect(rows.map(({ method }) => method)).toEqual(methods);
    for (const { method, path, sparsePath } of rows) {
      const dense = await loadCheckpoint(path!);
      const compressed = await loadCheckpoint(sparsePath!);
      for (const [name, { data }] of Object.entries(dense)) {
        expect({ method, name, data: compressed[name]!.data }).toEqual({ method, name, data });
      }
    }
    expect(rows.at(-1)!.sparseBytes!).toBeLessThan(rows[0]!.sparseBytes!);
  });

  test('keeps the types of a half-precision model, and carries whole numbers through', async () => {
    const half = join(folder, 'half.pt');
    const state: StateDict = { ...(await loadCheckpoint(originalModel)) };
    Object.entries(state).forEach(([name, { data, shape }], place) => {
      state[name] = { data, shape, stored: { dtype: place % 2 === 0 ? 'float16' : 'bfloat16' } };
    });
    const bytes = new Uint8Array(BigInt64Array.of(2n ** 60n + 1n).buffer);
    state['steps'] = { data: Float32Array.of(2 ** 60), shape: [1], stored: { dtype: 'int64', bytes } };
    await saveCheckpoint(half, state);
    const source = await loadCheckpoint(half);
    const options = ['--sparsity-levels', '0,0.5', '--norms', 'L1', '--sparse-block-shapes', '1x4'];
    const result = run([...args, '--model-path', half, ...options, '--format', 'both']);
    expect(result.stderr).toContain(
      `${half}: emb_l.0.weight is float16: dense models with pruned tables keep that, tables in other files are float32`,
    );
    expect(result.status).toBe(0);
    const [whole, pruned] = await readSparseModelMetadata(output);
    expect(await loadCheckpoint(whole!.path!)).toEqual(source);
    expect((await loadCheckpoint(whole!.sparsePath!))['steps']).toEqual(source['steps']);
    for (const [name, { data, stored }] of Object.entries(await loadCheckpoint(pruned!.path!))) {
      expect([name, stored]).toEqual([name, source[name]!.stored]);
      expect(data.every((value, i) => value === source[name]!.data[i] || value === 0)).toBe(true);
    }
    expect(run([...args, '--model-path', half, ...options]).stderr).not.toContain('float16');
  });

  test('says that a method needs training rows, and that scopes are methods', async () => {
    const rows = run([...args, '--methods', 'block-norm,mixed-precision']);
    expect(rows.stderr).toContain(
      'error: method mixed-precision: expected training rows to rank by, found no --processed-data-file\n',
    );
    expect(rows.status).toBe(2);
    const both = run([...args, '--methods', 'block-norm', '--scope', 'global']);
    expect(both).toMatchObject({ status: 2, stderr: expect.stringContaining('--methods and --scope') });
    expect(run([...args, '--methods', 'int3']).stderr).toContain("found 'int3'");
  });

  test("ranks TorchRec's tables by training rows as those of the plain model, but no part of a composed table", async () => {
    const model = join(folder, 'model.ckpt');
    const rows = [
      '--methods',
      'access-norm',
      '--processed-data-file',
      originalData,
      '--calibration-rows',
      '300',
    ];
    const grid = ['--sparsity-levels', '0.5', '--sparse-block-shapes', '1x4', '--norms', 'L1', '--quiet'];
    const dumped = async (path: string) => {
      expect(run([...args, ...rows, ...grid, '--model-path', path])).toMatchObject({ status: 0, stderr: '' });
      const [row] = await readSparseModelMetadata(output);
      return loadCheckpoint(row!.path!);
    };
    const plain = await dumped(originalModel);
    await saveCheckpoint(model, asTorchRec(await loadCheckpoint(originalModel)));
    expect(await dumped(model)).toEqual(asTorchRec(plain));

    await rm(output);
    const composed = withQuotientRemainder(await loadCheckpoint(originalModel));
    await saveCheckpoint(model, composed, { metadata: { qr_operation: 'mult' } });
    const { status, stderr } = run([...args, ...rows, ...grid, '--model-path', model]);
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining(`error: ${model}: emb_l.0.weight_q: expected `),
    ]);
    expect(await readdir(folder)).not.toContain('metadata.csv');
  });

  test('the parts of a sharded run are the whole run', async () => {
    const grid = ['--quiet', '--sparsity-levels', '0.9,0.5,1'];
    expect(run([...args, ...grid]).status).toBe(0);
    const withoutTime = async (path: string) =>
      (await readSparseModelMetadata(path)).map((row) => ({ ...row, stepTimeSec: 0 }));
    const whole = await withoutTime(output);
    const dumped = await Promise.all(whole.map(({ path }) => readFile(path!)));
    const parts = [];
    for (let task = 0; task < 4; task++) {
      // By Slurm's variables; the default output is then named after the part.
      const environment = { SLURM_ARRAY_TASK_ID: `${task}`, SLURM_ARRAY_TASK_COUNT: '4' };
      const auto = [...args.slice(0, -2), ...grid, '--shard', 'auto'];
      const result = run(auto, { cwd: folder, env: environment });
      const part = `sparse_model_metadata.${task + 1}-of-4.csv`;
      expect(result).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining(part) });
      parts.push(...(await withoutTime(join(folder, part))));
    }
    expect(parts).toEqual(whole);
    expect(await Promise.all(parts.map(({ path }) => readFile(path!)))).toEqual(dumped);
  });

  test('parts with one command line and --output write a file each', async () => {
    const grid = ['--quiet', '--sparsity-levels', '0.9,1', '--norms', 'L1', '--sparse-block-shapes', '1x4'];
    for (const part of [1, 2]) {
      const csv = join(folder, `metadata.${part}-of-2.csv`);
      expect(run([...args, ...grid, '--shard', `${part}/2`]).stdout).toBe(`1 models: ${csv}\n`);
      expect(run([...args, ...grid, '--output', csv, '--shard', `${part}/2`]).stdout).toBe(
        `1 models: ${csv}\n`,
      );
    }
    const csvs = (await readdir(folder)).filter((name) => name.endsWith('.csv'));
    expect(csvs.sort()).toEqual(['metadata.1-of-2.csv', 'metadata.2-of-2.csv']);
  });

  test('is quiet with --quiet, and prints its rows with --json', async () => {
    const result = run([...args, '--quiet', '--json', '--sparsity-levels', '1', '--norms', 'L1']);
    expect(result.stderr).toBe('');
    expect(result.status).toBe(0);
    const rows = await readSparseModelMetadata(output);
    expect(JSON.parse(result.stdout)).toEqual({ output, rows });
    // Relative to the CSV's folder, which can be moved.
    expect(await readFile(output, 'utf8')).toContain(`,"${relative(folder, rows[0]!.path!)}",`);
  });

  test('has a version and a help with defaults and an example', () => {
    expect(run(['--version']).stdout).toBe(`${packageJson.version}\n`);
    const help = run(['--help']).stdout;
    expect(help).toMatch(/default:\s+0,\s+0.1,\s+0.2/);
    expect(help).toMatch(/default:\s+"sparse_model_metadata.csv"/);
    expect(help).toContain('Example:\n  bench-disk --model-path');
  });

  test.each([
    [['--sparsity-levels', '0.5,1.5'], 'error: sparsity level: expected a number from 0 to 1, found 1.5'],
    [['--sparsity-levels=-0.5'], 'error: sparsity level: expected a number from 0 to 1, found -0.5'],
    [['--sparsity-levels', '0.5,0.5'], 'error: sparsity levels: expected each once, found 0.5 twice'],
    [['--norms', 'L1,max'], "error: norm: expected L1 or L2, found 'max'"],
    [
      ['--sparse-block-shapes', '0x4'],
      'error: sparse block shape: expected two whole numbers of at least 1, found 0x4',
    ],
    [
      ['--sparse-block-shapes', '1,4'],
      "error: option '--sparse-block-shapes <list>' argument '1,4' is invalid. " +
        "sparse block shape: expected rows x columns such as 1x4, found '1'",
    ],
    [
      ['--methods', 'mixed-precision', '--ratios', '0.5'],
      'error: method mixed-precision: expected training rows',
    ],
  ])('%j is wrong usage: exit code 2, and nothing written', async (extra, message) => {
    await writeFile(output, 'earlier');
    const result = run([...args, '--quiet', ...extra]);
    expect(result.stderr).toContain(message);
    expect(result.stderr).toMatch(/\n\(--help shows the options\)\n$/);
    expect(result.status).toBe(2);
    expect(await readdir(folder)).toEqual(['metadata.csv']);
    expect(await readFile(output, 'utf8')).toBe('earlier');
  });

  test('a model that is not there is one line on stderr, exit code 1, and nothing written', async () => {
    await writeFile(output, 'earlier');
    const result = run([...args, '--quiet', '--model-path', '/nowhere/model.ckpt']);
    expect(result.stderr).toBe('error: cannot read /nowhere/model.ckpt: no such file\n');
    expect(result.status).toBe(1);
    expect(await readdir(folder)).toEqual(['metadata.csv']);
    expect(await readFile(output, 'utf8')).toBe('earlier');
  });

  test('a truncated checkpoint is named', async () => {
    const broken = join(folder, 'broken.ckpt');
    await copyFile(originalModel, broken);
    await truncate(broken, 70_000);
    const result = run([...args, '--quiet', '--model-path', broken]);
    expect(result.stderr).toMatch(/^error: [^\n]*broken\.ckpt[^\n]*\n$/);
    expect(result.status).toBe(1);
    expect(await readdir(folder)).toEqual(['broken.ckpt']);
  });

  test('an output that cannot be written is known before the work', async () => {
    await writeFile(join(folder, 'file'), '');
    const result = run([...args, '--quiet', '--output', join(folder, 'file', 'metadata.csv')]);
    expect(result.stderr).toBe(
      `error: cannot write ${join(folder, 'file', 'metadata.csv')}: a part of its path is a file, not a folder\n`,
    );
    expect(result.status).toBe(1);
    expect(await readdir(folder)).toEqual(['file']);
  });

  test('a dump folder that cannot be written leaves no CSV', async () => {
    await mkdir(join(folder, 'out'));
    await writeFile(join(folder, 'file'), '');
    const csv = join(folder, 'out', 'metadata.csv');
    const place = ['--sparsified-model-dump-path', join(folder, 'file'), '--output', csv];
    const result = run([...args, '--quiet', ...place]);
    expect(result.stderr).toMatch(
      /^error: cannot write [^\n]*sl=0\.0\.zip: a part of its path is a file[^\n]*\n$/,
    );
    expect(result.status).toBe(1);
    expect(await readdir(join(folder, 'out'))).toEqual([]);
  });

  test('interrupted, it leaves whole models and nothing half-written', async () => {
    const command = spawn(process.execPath, [builtFile(join(__dirname, '../dist/cli.js')), ...args]);
    const filesNow = async () => (await readdir(folder, { recursive: true })).map(String);
    while (!(await filesNow()).some((file) => file.endsWith('.zip'))) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    command.kill('SIGINT');
    expect(await once(command, 'exit')).toEqual([130, null]);
    const left = await filesNow();
    expect(left.filter((file) => file.endsWith('.tmp') || file.endsWith('.csv'))).toEqual([]);
    const names = Object.keys(await loadCheckpoint(originalModel));
    for (const file of left.filter((name) => name.endsWith('.zip'))) {
      expect(Object.keys(await loadCheckpoint(join(folder, file)))).toEqual(names);
    }
  });

  test('a second process on the same models is refused; what a killed one left is removed by the next', async () => {
    const started = spawn(process.execPath, [builtFile(join(__dirname, '../dist/cli.js')), ...args]);
    const filesNow = async () => (await readdir(folder, { recursive: true })).map(String);
    while (!(await filesNow()).some((file) => file.endsWith('.zip'))) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    started.kill('SIGSTOP'); // so that it does not end meanwhile
    const sameModels = run([...args, '--quiet', '--output', join(folder, 'other.csv')]);
    expect(sameModels.stderr).toMatch(
      new RegExp(`^error: cannot write [^\\n]*\\.zip: process ${started.pid} is already writing it\\n$`),
    );
    expect(sameModels.status).toBe(1);
    started.kill('SIGKILL');
    await once(started, 'exit');
    const hidden = async () => (await filesNow()).filter((file) => basename(file).startsWith('.'));
    expect(await hidden()).not.toEqual([]);
    expect(run([...args, '--quiet', '--sparsity-levels', '0']).status).toBe(0);
    expect(await hidden()).toEqual([]);
  });

  test('goes on where a killed run stopped, to the same files, and does again what has changed', async () => {
    const grid = ['--sparsity-levels', '0,0.3,0.6,0.9', '--format', 'both', '--threads', '1'];
    const other = [
      ...args.slice(0, 3),
      join(folder, 'other'),
      '--output',
      join(folder, 'other.csv'),
      ...grid,
    ];
    expect(run(other).status).toBe(0);
    const undisturbed = await readSparseModelMetadata(join(folder, 'other.csv'));

    await killOnceJournalled([builtFile(join(__dirname, '../dist/cli.js')), ...args, ...grid], output);
    const resumed = run([...args, ...grid]);
    expect(resumed.stderr).toMatch(/^resuming after \d+ of 12 pruned models; --fresh starts over$/m);
    expect(resumed.status).toBe(0);
    const rows = await readSparseModelMetadata(output);
    const without = ({ path, sparsePath, stepTimeSec, ...row }: SparseModelMetadata) => {
      expect([stepTimeSec, sparsePath]).toBeDefined();
      return { ...row, name: basename(path!) };
    };
    expect(rows.map(without)).toEqual(undisturbed.map(without));
    for (const [place, row] of rows.entries()) {
      expect(await readFile(row.path!)).toEqual(await readFile(undisturbed[place]!.path!));
      expect(await readFile(row.sparsePath!)).toEqual(await readFile(undisturbed[place]!.sparsePath!));
    }
    const filesNow = (await readdir(folder, { recursive: true })).map(String);
    expect(filesNow.filter((file) => basename(file).startsWith('.'))).toEqual([]);

    await killOnceJournalled([builtFile(join(__dirname, '../dist/cli.js')), ...args, ...grid], output);
    const journal = await readFile(join(folder, '.metadata.csv.journal'), 'utf8');
    const [, [, kept]] = journal
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)) as [unknown, [string, { row: SparseModelMetadata }]];
    await writeFile(kept.row.path!, 'of another run');
    expect(run([...args, ...grid]).status).toBe(0);
    expect((await readFile(kept.row.path!)).length).toBe(kept.row.bytes);
  });

  test('an output that is the model is refused, and the model stays', async () => {
    const model = join(folder, 'model.ckpt');
    await copyFile(originalModel, model);
    const { stderr, status } = run([...args, '--model-path', model, '--output', model]);
    expect(stderr).toBe(`error: cannot write ${model}: it is also an input, and would be lost\n`);
    expect(status).toBe(1);
    expect(await readFile(model)).toEqual(await readFile(originalModel));
    const counts = join(folder, 'counts.npz');
    await writeFile(counts, 'day counts');
    const ranked = ['--methods', 'access-norm', '--processed-data-file', originalData];
    expect(run([...args, ...ranked, '--day-counts', counts, '--output', counts]).stderr).toBe(
      `error: cannot write ${counts}: it is also an input, and would be lost\n`,
    );
    await rm(counts);
  });

  test('says which part it does and why, and in an array job without --shard that it does the whole', () => {
    const grid = [...args, '--sparsity-levels', '1', '--norms', 'L1'];
    expect(run([...grid, '--shard', '2/2']).stderr).toContain('part 2 of 2: from --shard\n');
    const env = { SLURM_ARRAY_TASK_ID: '1', SLURM_ARRAY_TASK_COUNT: '2' };
    expect(run([...grid, '--shard', 'auto'], { env }).stderr).toContain(
      'part 2 of 2: SLURM_ARRAY_TASK_ID is 1\n',
    );
    expect(run(grid, { env }).stderr).toContain(
      'processing everything, not one part: SLURM_ARRAY_TASK_ID is set, but --shard auto was not given\n',
    );
  });

  test('a part that is none is exit code 2, wrong variables of the environment are an error', () => {
    for (const part of ['nonsense', '9/8']) {
      const { stderr, status } = run([...args, '--shard', part]);
      expect(stderr).toMatch(`option '--shard <part>' argument '${part}' is invalid. Expected a part`);
      expect(status).toBe(2);
    }
    const env = { SLURM_ARRAY_TASK_ID: '8', SLURM_ARRAY_TASK_COUNT: '8' };
    expect(run([...args, '--shard', 'auto'], { env })).toMatchObject({
      stderr: 'error: task 8 of a Slurm array from 0: expected a part from 1 to 8, found 9\n',
      status: 1,
    });
  });

  test('wrong usage is exit code 2', () => {
    for (const wrong of [
      [],
      ['--model-path', originalModel],
      [...args, '--levels', '1'],
      [...args, '--threads', '0'],
    ]) {
      expect(run(wrong).status).toBe(2);
    }
  });
});
