import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { builtFile } from '@ds/test-support';
import { root } from './published-packages.js';

// Two models and two forward passes, so that in three parts each benchmark has one without any rows.
const options: Record<string, string> = {
  'bench-disk': '--sparsity-levels 0.9 --norms L1 --quiet',
  'bench-metrics': '--quiet',
  'bench-forward': '--sparsity-levels 0.9 --types sparse_tables --runs 2 --quiet',
  'bench-report': '',
};
const golden = join(root, 'packages/test-support/test/golden/original-run');

/** The model and the rows that the examples of clusters are tested with. */
export const model = join(golden, 'criteo_model.ckpt');
export const data = join(golden, 'kaggleAdDisplayChallenge_processed.npz');
export const parts = 3;

/** Writes a program that a shell finds in `folder`. */
export function writeProgram(folder: string, name: string, script: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
}

/** The environment in which a shell finds the built commands, each with options of a small run at its end. */
export function environmentWithCommands(folder: string): NodeJS.ProcessEnv {
  for (const [name, small] of Object.entries(options)) {
    const cli = builtFile(join(root, 'packages', name, 'dist/cli.js'));
    writeProgram(folder, name, `exec "${process.execPath}" "${cli}" "$@" ${small}`);
  }
  return { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH']}` };
}

/** Runs a program that must succeed, and returns what it printed. */
export function succeed(
  file: string,
  args: readonly string[],
  { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv },
): string {
  const { status, stdout, stderr } = spawnSync(file, args, { cwd, env, encoding: 'utf8' });
  expect([file, args, status, status === 0 ? '' : stderr]).toEqual([file, args, 0, '']);
  return stdout;
}

/** Runs the benchmark as single commands in an empty folder, and expects the same results as in the other. */
export function expectResultsOfSingleRun(
  results: string,
  { folder, env }: { folder: string; env: NodeJS.ProcessEnv },
) {
  mkdirSync(folder);
  const run = (command: string, ...args: string[]) => succeed(command, args, { cwd: folder, env });
  const inputs = ['--processed-data-file', data, '--sparse-model-metadata', 'sparse_model_metadata.csv'];
  run('bench-disk', '--model-path', model, '--sparsified-model-dump-path', 'models');
  run('bench-metrics', ...inputs);
  run('bench-forward', ...inputs);
  expect(run(process.execPath, join(root, 'scripts/same-results.mjs'), folder, results)).toBe(
    'sparse_model_metadata.csv: the same 2 rows\n' +
      'sparse_model_metrics.csv: the same 2 rows\n' +
      'dlrm_forward_time_info.csv: the same 2 rows\n' +
      'the same 2 models, byte by byte\n',
  );
}
