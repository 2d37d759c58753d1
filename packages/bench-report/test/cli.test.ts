import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { builtFile } from '@ds/test-support';
import { inputs } from './inputs.js';
import { withTemporaryFolder } from './temporary-folder.js';

const cli = builtFile(join(__dirname, '..', 'dist', 'cli.js'));
const run = (...args: string[]) => spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' });
const inputFlags = [
  '--sparse-model-metadata',
  inputs.sparseModelMetadata,
  '--sparse-model-metrics',
  inputs.sparseModelMetrics,
  '--forward-time-info',
  inputs.forwardTimeInfo,
  '--model-memory-info',
  inputs.modelMemoryInfo,
  '--activation-sparsity',
  inputs.activationSparsity,
];

test('writes the report and prints the table and its path', async () => {
  await withTemporaryFolder(async (folder) => {
    const info = join(folder, 'run.json');
    await writeFile(
      info,
      JSON.stringify({ settings: { Rows: 12000 }, machine: { Processor: 'P9' }, notes: ['few runs'] }),
    );
    const output = join(folder, 'results');
    const { status, stdout, stderr } = run(
      ...inputFlags,
      '--output_dir',
      output,
      '--run-info',
      info,
      '--wide',
    );
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('│ L1   │ (1, 4) │   0.9 │ 2.44 MiB │     43.2 % │');
    expect(stdout.trimEnd().endsWith(join(output, 'report.html'))).toBe(true);
    const html = await readFile(join(output, 'report.html'), 'utf8');
    for (const text of ['12000', 'P9', 'few runs']) expect(html).toContain(text);
    const { stdout: json } = run(...inputFlags, '--output-dir', output, '--json');
    const found = JSON.parse(json) as { reportFile: string; chartFiles: string[]; answers: unknown[] };
    expect(found).toMatchObject({ reportFile: join(output, 'report.html'), answers: [] });
    expect(found.chartFiles).toContain(join(output, 'size.svg'));
  });
});

test('merge joins parts', async () => {
  await withTemporaryFolder(async (folder) => {
    const output = join(folder, 'merged.csv');
    const merged = run(
      'merge',
      '--output',
      output,
      '--like',
      inputs.sparseModelMetadata,
      inputs.sparseModelMetrics,
    );
    expect([merged.status, merged.stdout]).toEqual([0, `60 rows: ${output}\n`]);
    const again = run('merge', '--output', output, '--json', inputs.sparseModelMetrics);
    expect(JSON.parse(again.stdout)).toEqual({ output, rows: 60 });
    const twice = run(
      'merge',
      '--output',
      join(folder, 'x.csv'),
      inputs.sparseModelMetrics,
      inputs.sparseModelMetrics,
    );
    expect(twice.status).toBe(1);
    expect(twice.stderr).toMatch(/^error: .*sparse_model_metrics\.csv line 2: expected each row once.*\n$/);
    expect(await readdir(folder)).toEqual(['merged.csv']);
  });
});

test('one line for a bad input, and nothing written', async () => {
  await withTemporaryFolder(async (folder) => {
    const bad = join(folder, 'bad.csv');
    await writeFile(
      bad,
      (await readFile(inputs.sparseModelMetadata, 'utf8')).replace('L1,"(1, 1)",0.2', 'L1,"(1, 1)",two'),
    );
    const output = join(folder, 'results');
    const { status, stdout, stderr } = run('--sparse-model-metadata', bad, '--output-dir', output);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toBe(`error: ${bad} line 4: sparsity_level: expected a number from 0 to 1, found 'two'\n`);
    expect(await readdir(folder)).toEqual(['bad.csv']);
  });
});

test('files in the output folder that are not of a report stay, and an input is never an output', async () => {
  await withTemporaryFolder(async (folder) => {
    const output = join(folder, 'results');
    await mkdir(output);
    const at = (name: string) => join(output, name);
    const kept: Record<string, string> = {
      'report.tex': '% \\usepackage{booktabs,longtable}\n\\section{Mine}\n',
      'report.md': '# Data sparsifier benchmark on DLRM\n\nMy notes.\n',
      'memory.svg': '<svg xmlns="http://www.w3.org/2000/svg"></svg>',
      'report.json': '{ "settings": { "a": 1 } }',
      'size.svg': await readFile(inputs.sparseModelMetadata, 'utf8'),
    };
    for (const [name, text] of Object.entries(kept)) await writeFile(at(name), text);
    const expectKept = async (...names: string[]) => {
      for (const name of names) expect(await readFile(at(name), 'utf8')).toBe(kept[name]);
    };
    const isLost = (name: string) =>
      `error: cannot write ${at(name)}: it is also an input, and would be lost\n`;
    const grid = ['--sparse-model-metadata', inputs.sparseModelMetadata, '--output-dir', output];
    for (const format of ['html', 'json']) {
      const { status, stderr } = run(...grid, '--run-info', at('report.json'), '--format', format);
      expect([status, stderr]).toEqual([1, isLost('report.json')]);
    }
    const ofChart = run('--sparse-model-metadata', at('size.svg'), '--output-dir', output);
    expect([ofChart.status, ofChart.stderr]).toEqual([1, isLost('size.svg')]);
    expect((await readdir(output)).sort()).toEqual(Object.keys(kept).sort());
    await expectKept(...Object.keys(kept));
    expect(run(...grid).status).toBe(0);
    await expectKept('report.tex', 'report.md', 'memory.svg', 'report.json');
  });
});

test('notes models that the metadata lacks on stderr, unless --quiet, and in --json', async () => {
  await withTemporaryFolder(async (folder) => {
    const path = join(folder, 'metrics.csv');
    const [heading, first, second] = (await readFile(inputs.sparseModelMetrics, 'utf8')).split('\n');
    await writeFile(path, [heading, first, second!.replace(',0.1,', ',0.123,'), ''].join('\n'));
    const args = ['--sparse-model-metadata', inputs.sparseModelMetadata, '--sparse-model-metrics', path];
    args.push('--output-dir', join(folder, 'results'));
    const note = `${path}: 1 of 2 models are not in ${inputs.sparseModelMetadata}; the first is L1, blocks (1, 1), level 0.123`;
    const json = run(...args, '--json');
    expect(json.stderr).toContain(`${note}\n`);
    expect(JSON.parse(json.stdout)).toMatchObject({ notes: [note] });
    expect(run(...args, '--quiet').stderr).toBe('');
  });
});

test('metadata of two source models is refused', async () => {
  await withTemporaryFolder(async (folder) => {
    const path = join(folder, 'metadata.csv');
    const header = 'norm,sparse_block_shape,sparsity_level,step_time_sec,zip_file_size,path,source_sha256';
    const rows = ['a', 'b'].map(
      (letter, index) => `L1,"(1, 4)",0.${index},0.1,3,${index}.zip,${letter.repeat(64)}`,
    );
    await writeFile(path, [header, ...rows, ''].join('\n'));
    const { status, stderr } = run('--sparse-model-metadata', path, '--output-dir', join(folder, 'results'));
    expect([status, stderr]).toEqual([
      1,
      `error: ${path}: expected models with one source_sha256, found aaaaaaaaaaaa... of L1, blocks (1, 4), level 0 and ` +
        'bbbbbbbbbbbb... of L1, blocks (1, 4), level 0.1\n',
    ]);
    expect(await readdir(folder)).toEqual(['metadata.csv']);
  });
});

test('an output folder that cannot be written', async () => {
  await withTemporaryFolder(async (folder) => {
    const file = join(folder, 'file');
    await writeFile(file, 'kept');
    await mkdir(join(folder, 'sub'));
    const { status, stderr } = run(...inputFlags, '--output-dir', join(file, 'results'));
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: cannot write .*report\.html: .*\n$/);
    expect(await readFile(file, 'utf8')).toBe('kept');
  });
});

test('a merge onto one of its parts is refused', async () => {
  await withTemporaryFolder(async (folder) => {
    const part = join(folder, 'metrics.1-of-1.csv');
    await writeFile(part, 'kept');
    const { status, stderr } = run('merge', '--output', part, part);
    expect(stderr).toBe(`error: cannot write ${part}: it is also an input, and would be lost\n`);
    expect(status).toBe(1);
    expect(await readFile(part, 'utf8')).toBe('kept');
  });
});

test('wrong usage has exit code 2, --help and --version 0', () => {
  expect(run('--output-dir', 'x').status).toBe(2);
  expect(run('--no-such-flag').status).toBe(2);
  expect(run('--version')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  expect(run('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('Example:') });
});
