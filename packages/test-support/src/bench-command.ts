import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { builtFile } from './built-file.js';

/** The run of the original that the commands of all benchmarks are tested on: data, checkpoint and results. */
export const originalRun = join(__dirname, '../test/golden/original-run');
export const originalModel = join(originalRun, 'criteo_model.ckpt');
export const originalData = join(originalRun, 'kaggleAdDisplayChallenge_processed.npz');

export type BenchCommand = ReturnType<typeof benchCommand>;
/** How a command ended. */
type Ended = ReturnType<BenchCommand>;
export type DumpedModels = ReturnType<typeof dumpedModels>;

/** The built command of a package, run as a process of its own; variables of the environment come last. */
export function benchCommand(name: string) {
  const cli = builtFile(join(__dirname, '../..', name, 'dist/cli.js'));
  return (args: readonly string[], { env = {}, cwd }: { env?: NodeJS.ProcessEnv; cwd?: string } = {}) =>
    spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8', cwd, env: { ...process.env, ...env } });
}

/**
 * Four pruned models in a folder of its own for each test, because some tests damage one; and the arguments of a
 * command that runs them, `args` last.
 */
export function dumpedModels({ output, args = [] }: { output: string; args?: readonly string[] }) {
  const paths = { folder: '', metadata: '', output: '', args: [] as string[] };
  let dumped: string;
  beforeAll(async () => {
    dumped = await mkdtemp(join(tmpdir(), 'dumped-'));
    const { status } = benchCommand('bench-disk')([
      ...['--model-path', originalModel, '--sparsified-model-dump-path', join(dumped, 'dump')],
      ...['--output', join(dumped, 'metadata.csv'), '--sparsity-levels', '0,0.9', '--norms', 'L1'],
    ]);
    expect(status).toBe(0);
  });
  beforeEach(async () => {
    paths.folder = await mkdtemp(join(tmpdir(), 'bench-command-'));
    paths.metadata = join(paths.folder, 'metadata.csv');
    paths.output = join(paths.folder, output);
    paths.args = ['--processed-data-file', originalData, '--sparse-model-metadata', paths.metadata];
    paths.args.push('--output', paths.output, ...args);
    await cp(dumped, paths.folder, { recursive: true });
    await writeFile(
      paths.metadata,
      (await readFile(paths.metadata, 'utf8')).replaceAll(dumped, paths.folder),
    );
  });
  afterEach(() => rm(paths.folder, { recursive: true }));
  afterAll(() => rm(dumped, { recursive: true }));
  return paths;
}

/** The command ended with one line of error that says `message`, and left nothing of its output in the folder. */
export async function expectError(
  { stderr, status }: Ended,
  message: string | RegExp,
  { folder, output }: { folder: string; output: string },
): Promise<void> {
  expect(stderr).toMatch(/^error: [^\n]*\n$/);
  expect(stderr).toMatch(message);
  expect(status).toBe(1);
  const left = await readdir(folder);
  expect(left.filter((name) => name.includes(basename(output)) || name.endsWith('.tmp'))).toEqual([]);
}
