import { cp, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readSparseModelMetadata } from '@ds/bench-models';
import { Dlrm, kaggleDlrmConfig, loadCheckpoint } from '@ds/dlrm';
import {
  benchCommand,
  builtFile,
  dumpedModels,
  expectError,
  killOnceJournalled,
  modelReaderTests,
  originalData,
  originalModel,
} from '@ds/test-support';
import { readNpz, writeNpz } from '@ds/criteo-data/npz';
import packageJson from '../package.json';

const run = benchCommand('bench-memory');

describe('bench-memory', () => {
  const models = dumpedModels({ output: 'memory.csv', blockShapes: '1x1' }); // each is served by processes, which take a while
  modelReaderTests({ run, models });

  /** Writes pruned models of a checkpoint, with dense and with sparse tables, in place of the test's own. */
  function dumpBoth(modelPath: string, ...grid: string[]): void {
    const { status } = benchCommand('bench-disk')([
      ...['--model-path', modelPath, '--output', models.metadata, '--norms', 'L1', '--format', 'both'],
      ...['--sparsified-model-dump-path', join(models.folder, 'both'), ...grid],
    ]);
    expect(status).toBe(0);
  }

  test('goes on where a killed run stopped, and keeps what that measured', async () => {
    await killOnceJournalled([builtFile(join(__dirname, '../dist/cli.js')), ...models.args], models.output);
    const journal = join(models.folder, `.${basename(models.output)}.journal`);
    const [, first] = (await readFile(journal, 'utf8')).split('\n');
    const [, measured] = JSON.parse(first!) as [string, Record<string, number>];
    const { stderr, status } = run(models.args);
    expect(stderr).toMatch(/^resuming after \d+ of 4 served models; --fresh starts over$/m);
    expect(status).toBe(0);
    const [, row, ...others] = (await readFile(models.output, 'utf8')).trim().split('\n');
    expect(row).toContain(`,${measured['residentBytes']},`);
    expect(others).toHaveLength(3);
    expect((await readdir(models.folder)).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('serves tables of codes as they are, of the methods that are wanted', async () => {
    const methods = ['--methods', 'block-norm,rows-nearest,mixed-precision'];
    const calibration = ['--processed-data-file', originalData, '--ratios', '20', '--bits', '4'];
    dumpBoth(originalModel, '--sparsity-levels', '0', ...methods, ...calibration);
    const wanted = ['--methods', 'rows-nearest,mixed-precision', '--types', 'sparse_tables', '--quiet'];
    expect(run([...models.args, ...wanted])).toMatchObject({ status: 0, stderr: '' });
    const rows = await rowsOf(models.output);
    expect(rows.map(({ method, bits, ratio }) => [method, bits, ratio])).toEqual([
      ['rows-nearest', '4', ''],
      ['mixed-precision', '', '20.0'],
    ]);
    const tables = Object.entries(await loadCheckpoint(originalModel)).filter(([name]) =>
      name.startsWith('emb_l.'),
    );
    const values = tables.reduce((sum, [, { data }]) => sum + data.length, 0);
    // A row of 8 values in 4 bits: 4 bytes of codes, 4 of scale and minimum.
    expect(Number(rows[0]!.table_bytes)).toBe((values / 8) * 8);
    expect(Number(rows[1]!.table_bytes)).toBeLessThanOrEqual((4 * values) / 20);
    const other = run([...models.args, '--methods', 'rows-greedy', '--quiet']);
    expect(other).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(
        'expected a model of method rows-greedy, found block-norm, rows-nearest',
      ),
    });
  });

  test('writes a row for each model with dense tables, then for each with sparse ones', async () => {
    dumpBoth(originalModel, '--sparsity-levels', '0,1', '--sparse-block-shapes', '1x4');
    const start = performance.now();
    const result = run(models.args);
    expect(result.stderr.match(/^engine .*/gm)).toEqual([
      expect.stringMatching(/^engine \w+:\S+ \(.+\): \S/),
    ]);
    expect(result.stderr).toMatch(/served models: 0\/4 \(0%\)\n[^]*served models: 4\/4 \(100%\)\n$/);
    expect(result.stdout).toBe(`memory of 4 served models: ${models.output}\n`);
    expect(result.status).toBe(0);
    expect((await readFile(models.output, 'utf8')).split('\n')[0]).toBe(
      'norm,sparse_block_shape,sparsity_level,dlrm_type,table_bytes,resident_bytes,peak_resident_bytes,load_time_sec,batch_size',
    );
    const rows = await rowsOf(models.output);
    expect(rows.map((row) => [row.dlrm_type, row.sparse_block_shape, row.sparsity_level])).toEqual(
      ['dense_tables', 'sparse_tables'].flatMap((type) =>
        ['0.0', '1.0'].map((level) => [type, '(1, 4)', level]),
      ),
    );
    const values = Object.entries(await loadCheckpoint(originalModel))
      .filter(([name]) => name.startsWith('emb_l.'))
      .reduce((sum, [, { data }]) => sum + data.length, 0);
    const [first, , keepsAll, keepsNothing] = rows.map((row) => Number(row.table_bytes)) as [
      number,
      ...number[],
    ];
    for (const row of rows.slice(0, 2)) expect(Number(row.table_bytes)).toBe(4 * values);
    // At level 0 every value is kept, and what says where it stands comes on top; at level 1 only that is left.
    expect(keepsAll).toBeGreaterThanOrEqual(first);
    expect(keepsAll).toBeLessThan(1.5 * first);
    expect(keepsNothing).toBeGreaterThan(0);
    expect(keepsNothing).toBeLessThan(0.1 * first);
    for (const row of rows) {
      expect(Number(row.resident_bytes)).toBeGreaterThan(0);
      // Seconds, of which all the models together cannot take more than the command.
      expect(Number(row.load_time_sec)).toBeGreaterThan(0.001);
      expect(row.batch_size).toBe('201');
    }
    const loading = rows.reduce((sum, row) => sum + Number(row.load_time_sec), 0);
    expect(loading).toBeLessThan((performance.now() - start) / 1000);
  });

  const partOutput = (part: number) => models.output.replace(/\.csv$/, `.${part}-of-2.csv`);

  test('what a process held before it loads the model is not counted', async () => {
    const ballast = 400e6;
    const chosen = [...models.args, '--sparsity-levels', '0.9', '--shard', '1/2'];
    const env = measuredProcessRuns(`globalThis.ballast = Buffer.alloc(${ballast}, 1)`);
    expect(run([...chosen, '--quiet'], { env })).toMatchObject({ stderr: '', status: 0 });
    for (const row of await rowsOf(partOutput(1))) {
      for (const bytes of [row.resident_bytes, row.peak_resident_bytes].map(Number)) {
        expect(bytes).toBeGreaterThan(0);
        expect(bytes).toBeLessThan(ballast);
      }
    }
  });

  test('measures what tables take: dense ones of 38 MB stay resident, pruned ones do not', async () => {
    // Few clicks on a data set that claims a column of many values, and a model made for it.
    const arrays = await readNpz(originalData);
    const counts = arrays['counts']!.data;
    counts[2] = 600_000;
    const data = join(models.folder, 'data.npz');
    await writeNpz(data, arrays);
    const model = await Dlrm.create(
      { ...kaggleDlrmConfig, tableRows: [...counts].map(Number) },
      { seed: 1, engine: 'onnx' },
    );
    const modelPath = join(models.folder, 'large.safetensors');
    await model.save(modelPath);
    await model.dispose();
    dumpBoth(modelPath, '--sparsity-levels', '1', '--sparse-block-shapes', '1x1');
    const result = run([...models.args, '--quiet', '--processed-data-file', data]);
    expect(result).toMatchObject({ stderr: '', status: 0 });
    const [dense, sparse] = await rowsOf(models.output);
    const tables = Number(dense!.table_bytes) - Number(sparse!.table_bytes);
    expect(tables).toBeGreaterThan(38e6);
    expect(Number(dense!.resident_bytes) - Number(sparse!.resident_bytes)).toBeGreaterThan(0.5 * tables);
    expect(Number(dense!.peak_resident_bytes)).toBeGreaterThan(0.95 * Number(dense!.table_bytes));
    // Never dense on the way.
    expect(Number(sparse!.peak_resident_bytes)).toBeLessThan(
      Number(dense!.peak_resident_bytes) - 0.5 * tables,
    );
  });

  test('the processes that are measured do not open the data', async () => {
    const chosen = [...models.args, '--types', 'sparse_tables'];
    const data = join(models.folder, 'data.npz');
    await cp(originalData, data);
    const result = run([...chosen, '--quiet', '--processed-data-file', data], {
      env: measuredProcessRuns(`(await import('node:fs')).rmSync(${JSON.stringify(data)}, { force: true })`),
    });
    expect(result).toMatchObject({ stderr: '', status: 0 });
    await expect(readFile(data)).rejects.toThrow('ENOENT');
    expect((await rowsOf(models.output)).map((row) => row.batch_size)).toEqual(Array(2).fill('201'));
  });

  test('what a library prints is neither a result nor an error', async () => {
    const chosen = [...models.args, '--types', 'sparse_tables'];
    const env = measuredProcessRuns(`console.log('loaded'); console.error('a warning')`);
    expect(run([...chosen, '--quiet'], { env })).toMatchObject({ stderr: '', status: 0 });
    expect(await rowsOf(models.output)).toHaveLength(2);
    await rm(models.output);
    const [, second] = await readSparseModelMetadata(models.metadata);
    await truncate(second!.path!, 60_000);
    const result = run([...chosen, '--quiet'], { env });
    await expectError(result, 'sl=0.9.zip', models);
    expect(result.stderr).not.toContain('a warning');
  });

  test.each([
    ['is killed', `process.kill(process.pid, 'SIGKILL')`, 'SIGKILL\n'],
    [
      'ends by itself',
      `console.error('first'); console.error('last'); process.exit(3)`,
      'exit code 3: last\n',
    ],
  ])('a process that %s without an answer', async (_, code, message) => {
    const result = run([...models.args, '--quiet'], { env: measuredProcessRuns(code) });
    await expectError(result, `sl=0.0.zip: the process that served it ended with ${message}`, models);
  });

  test('the parts of a sharded run have the rows of the whole; levels and tables can be chosen', async () => {
    const chosen = [...models.args, '--quiet', '--batch-size', '9'];
    const parts: MemoryRow[] = [];
    for (const part of [1, 2]) {
      expect(run([...chosen, '--shard', `${part}/2`])).toMatchObject({ stderr: '', status: 0 });
      parts.push(...(await rowsOf(partOutput(part))));
    }
    expect(parts.map((row) => [row.dlrm_type, row.sparsity_level, row.batch_size])).toEqual(
      ['dense_tables', 'sparse_tables'].flatMap((type) => ['0.0', '0.9'].map((level) => [type, level, '9'])),
    );
    const others = [...models.args, '--sparsity-levels', '0.9', '--batch-size', '9'];
    const sparse = run([...others, '--types', 'sparse_tables', '--engine', 'tfjs:cpu']);
    expect(sparse.stderr.match(/^engine \S+/gm)).toEqual(['engine tfjs:cpu']);
    expect(sparse.status).toBe(0);
    expect((await rowsOf(models.output)).map((row) => [row.dlrm_type, row.sparsity_level])).toEqual([
      ['sparse_tables', '0.9'],
    ]);
  });

  test('has a version and a help with defaults and an example', () => {
    expect(run(['--version']).stdout).toBe(`${packageJson.version}\n`);
    const help = run(['--help']).stdout;
    expect(help).toMatch(/default:\s+"model_memory_info.csv"/);
    expect(help).toContain('Example:\n  bench-memory --processed-data-file');
  });

  test('a level that no model has, a sparse file that is cut off, tables of no known kind', async () => {
    const quiet = [...models.args, '--quiet'];
    await expectError(
      run([...quiet, '--sparsity-levels', '0.5']),
      'metadata.csv: expected a model of sparsity level 0.5, found 0, 0.9',
      models,
    );
    expect(run([...quiet, '--types', 'dense']).status).toBe(2);
    dumpBoth(originalModel, '--sparsity-levels', '0', '--sparse-block-shapes', '1x4');
    const [first] = await readSparseModelMetadata(models.metadata);
    await truncate(first!.sparsePath!, 60_000);
    await expectError(run([...quiet, '--types', 'sparse_tables']), 'sl=0.0.sparse.zip', models);
  });
});

/** The environment of a command whose measured processes run this JavaScript first; the command itself does not. */
function measuredProcessRuns(code: string): NodeJS.ProcessEnv {
  const preload = encodeURIComponent(`if (process.send) { ${code} }`);
  return { NODE_OPTIONS: `--import data:text/javascript,${preload}` };
}

interface MemoryRow {
  sparse_block_shape: string;
  sparsity_level: string;
  dlrm_type: string;
  table_bytes: string;
  resident_bytes: string;
  peak_resident_bytes: string;
  load_time_sec: string;
  batch_size: string;
  method?: string;
  bits?: string;
  ratio?: string;
}

async function rowsOf(path: string): Promise<MemoryRow[]> {
  const [header, ...rows] = (await readFile(path, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/,(?! )/).map((cell) => cell.replaceAll('"', '')));
  return rows.map(
    (cells) => Object.fromEntries(header!.map((name, at) => [name, cells[at]])) as unknown as MemoryRow,
  );
}
