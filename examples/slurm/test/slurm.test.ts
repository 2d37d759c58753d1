import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const example = join(__dirname, '..');
const root = join(example, '../..');
const golden = join(root, 'packages/bench-metrics/test/golden/original-run');
const scripts = readdirSync(example).filter((name) => name.endsWith('.sbatch'));
// Two models and two forward passes in three parts: each benchmark has a part without any rows.
const grid = '--sparsity-levels 0.9 --norms L1';
const forward = '--types sparse_tables --runs 2';
const parts = 3;

let folder: string;
let environment: NodeJS.ProcessEnv;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slurm-test-'));
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const command = (name: string, script: string) => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  for (const name of ['bench-disk', 'bench-metrics', 'bench-forward', 'bench-report']) {
    command(name, `exec "${process.execPath}" "${join(root, 'packages', name, 'dist/cli.js')}" "$@"`);
  }
  // In place of a cluster: notes the order, and numbers the jobs.
  command('sbatch', `echo "$PARTS $@" >> "${folder}/submitted"; wc -l < "${folder}/submitted" | tr -d ' '`);
  environment = {
    ...process.env,
    PATH: `${bin}:${process.env['PATH']}`,
    MODEL: join(golden, 'criteo_model.ckpt'),
    DATA: join(golden, 'kaggleAdDisplayChallenge_processed.npz'),
    RESULTS: join(folder, 'results'),
    GRID: grid,
    FORWARD: forward,
  };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (file: string, args: string[], { cwd = folder, env = {} as NodeJS.ProcessEnv } = {}) => {
  const ended = spawnSync(file, args, { cwd, encoding: 'utf8', env: { ...environment, ...env } });
  expect([file, args, ended.status, ended.status === 0 ? '' : ended.stderr]).toEqual([file, args, 0, '']);
  return ended.stdout;
};

test('submit.sh submits every job of this folder, and its README tells of each', () => {
  const [submit, readme] = ['submit.sh', 'README.md'].map((name) =>
    readFileSync(join(example, name), 'utf8'),
  );
  expect(scripts).toHaveLength(4);
  for (const script of scripts) {
    expect(submit).toContain(`/${script}"`);
    expect(readme).toContain(`\`${script}\``);
  }
});

// Slurm's nodes run Linux; Windows has no bash of its own.
const onUnix = process.platform === 'win32' ? () => undefined : test;

onUnix('the jobs, run as Slurm would run them, give what the single commands give', () => {
  const numbers = run(join(example, 'submit.sh'), [`${parts}`, '--partition=short']);
  expect(numbers).toBe('1 2 3 4\n');
  const submitted = readFileSync(join(folder, 'submitted'), 'utf8').trimEnd().split('\n');
  const after = submitted.map((line) => /--dependency=(\S+)/.exec(line)?.[1]);
  expect(after).toEqual([undefined, 'afterok:1', 'afterok:2', 'afterok:3']);
  for (const line of submitted) {
    expect(line).toMatch(/^3 .*--export=ALL .*--partition=short/);
    const script = line.split(' ').at(-1)!;
    const isArray = line.includes(`--array=1-${parts}`);
    // Tasks end in any order.
    for (const task of isArray ? [2, 3, 1] : [0]) {
      run('bash', [script], {
        cwd: /--chdir=(\S+)/.exec(line)![1],
        env: {
          PARTS: `${parts}`,
          ...(isArray && { SLURM_ARRAY_TASK_ID: `${task}`, SLURM_ARRAY_TASK_COUNT: `${parts}` }),
        },
      });
    }
  }

  const single = join(folder, 'single');
  mkdirSync(single);
  const whole = (command: string, args: string[], options = '') =>
    run(command, [...args, '--quiet', ...options.split(' ').filter(Boolean)], { cwd: single });
  const inputs = ['--processed-data-file', environment['DATA']!];
  inputs.push('--sparse-model-metadata', 'sparse_model_metadata.csv');
  whole(
    'bench-disk',
    ['--model-path', environment['MODEL']!, '--sparsified-model-dump-path', 'models'],
    grid,
  );
  whole('bench-metrics', inputs);
  whole('bench-forward', inputs, forward);
  const compared = run(process.execPath, [
    join(root, 'scripts/same-results.mjs'),
    single,
    environment['RESULTS']!,
  ]);
  expect(compared).toContain('sparse_model_metrics.csv: the same 2 rows');
  expect(compared).toContain('the same 2 models, byte by byte');
  expect(readdirSync(join(environment['RESULTS']!, 'report'))).toContain('report.html');
});
