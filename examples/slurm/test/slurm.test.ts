import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  data,
  environmentWithCommands,
  expectResultsOfSingleRun,
  model,
  parts,
  succeed,
  writeProgram,
} from '../../../scripts/test/cluster-run.js';

const example = join(__dirname, '..');
const scripts = readdirSync(example).filter((name) => name.endsWith('.sbatch'));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slurm-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('submit.sh submits every job of this folder, and the README tells of each', () => {
  const [submit, readme] = ['submit.sh', 'README.md'].map((name) =>
    readFileSync(join(example, name), 'utf8'),
  );
  expect(scripts).toHaveLength(4);
  for (const script of scripts) {
    expect(submit).toContain(`/${script}"`);
    expect(readme).toContain(`\`${script}\``);
  }
});

// The nodes of a cluster run Linux; Windows has no bash of its own.
const onUnix = process.platform === 'win32' ? () => undefined : test;

onUnix('the jobs, run as Slurm would run them, give what the single commands give', () => {
  const bin = join(folder, 'bin');
  const results = join(folder, 'results');
  const env = { ...environmentWithCommands(bin), MODEL: model, DATA: data, RESULTS: results };
  // In place of a cluster: notes the jobs, and numbers them.
  writeProgram(bin, 'sbatch', `echo "$PARTS $@" >> ../submitted; wc -l < ../submitted | tr -d ' '`);
  const numbers = succeed(join(example, 'submit.sh'), [`${parts}`, '--partition=short'], { cwd: bin, env });
  expect(numbers).toBe('1 2 3 4\n');

  const submitted = readFileSync(join(folder, 'submitted'), 'utf8').trimEnd().split('\n');
  const after = submitted.map((line) => /--dependency=(\S+)/.exec(line)?.[1]);
  expect(after).toEqual([undefined, 'afterok:1', 'afterok:2', 'afterok:3']);
  for (const line of submitted) {
    expect(line).toMatch(/^3 .*--export=ALL .*--partition=short/);
    const isArray = line.includes(`--array=1-${parts}`);
    // Tasks end in any order.
    for (const task of isArray ? [2, 3, 1] : [0]) {
      const ofArray = { SLURM_ARRAY_TASK_ID: `${task}`, SLURM_ARRAY_TASK_COUNT: `${parts}` };
      succeed('bash', [line.split(' ').at(-1)!], {
        cwd: /--chdir=(\S+)/.exec(line)![1]!,
        env: { ...env, PARTS: `${parts}`, ...(isArray && ofArray) },
      });
    }
  }
  expectResultsOfSingleRun(results, { folder: join(folder, 'single'), env });
  expect(readdirSync(join(results, 'report'))).toContain('report.html');
});
