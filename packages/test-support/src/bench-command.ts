import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { builtFile } from './built-file.js';

/** A run of the original, used to test the commands of all benchmarks: data, checkpoint and results. */
export const originalRun = join(__dirname, '../test/golden/original-run');
export const originalModel = join(originalRun, 'criteo_model.ckpt');
export const originalData = join(originalRun, 'kaggleAdDisplayChallenge_processed.npz');

export type BenchCommand = ReturnType<typeof benchCommand>;
/** The result of a command. */
type CommandResult = ReturnType<BenchCommand>;
export type DumpedModels = ReturnType<typeof dumpedModels>;

/** Runs the built command of a package as a process; `env` is added to this process's environment. */
export function benchCommand(name: string) {
  const cli = builtFile(join(__dirname, '../..', name, 'dist/cli.js'));
  return (args: readonly string[], { env = {}, cwd }: { env?: NodeJS.ProcessEnv; cwd?: string } = {}) =>
    spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8', cwd, env: { ...process.env, ...env } });
}

/**
 * Pruned models of two levels and these block shapes, in a separate folder for each test because some tests damage one; and
 * the arguments of a command that runs them, with `args` last.
 */
export function dumpedModels({
  output,
  args = [],
  blockShapes = '1x1,1x4',
}: {
  output: string;
  args?: readonly string[];
  blockShapes?: string;
}) {
  const paths = { folder: '', metadata: '', output: '', args: [] as string[] };
  let dumped: string;
  beforeAll(async () => {
    dumped = await mkdtemp(join(tmpdir(), 'dumped-'));
    const { status } = benchCommand('bench-disk')([
      ...['--model-path', originalModel, '--sparsified-model-dump-path', join(dumped, 'dump')],
      ...['--output', join(dumped, 'metadata.csv'), '--sparsity-levels', '0,0.9', '--norms', 'L1'],
      ...['--sparse-block-shapes', blockShapes],
    ]);
    expect(status).toBe(0);
  });
  beforeEach(async () => {
    paths.folder = await mkdtemp(join(tmpdir(), 'bench-command-'));
    paths.metadata = join(paths.folder, 'metadata.csv');
    paths.output = join(paths.folder, output);
    paths.args = ['--processed-data-file', originalData, '--sparse-model-metadata', paths.metadata];
    paths.args.push('--output', paths.output, ...args);
    // The CSV has the paths of the models relative to it.
    await cp(dumped, paths.folder, { recursive: true });
  });
  afterEach(() => rm(paths.folder, { recursive: true }));
  afterAll(() => rm(dumped, { recursive: true }));
  return paths;
}

/** Writes a copy of the processed rows whose archive says which ids they have, as `criteo-data preprocess` writes it. */
export async function writeDataWithIds(path: string, fingerprint: string): Promise<void> {
  const comment = Buffer.from(JSON.stringify({ ids_sha256: fingerprint }));
  const bytes = await readFile(originalData);
  // An archive without a comment ends with its length, 0.
  bytes.writeUInt16LE(comment.length, bytes.length - 2);
  await writeFile(path, Buffer.concat([bytes, comment]));
}

/** Expects that the command failed with one line `message` and left no output in the folder. */
export async function expectError(
  { stderr, status }: CommandResult,
  message: string | RegExp,
  { folder, output }: { folder: string; output: string },
): Promise<void> {
  expect(stderr).toMatch(/^error: [^\n]*\n$/);
  expect(stderr).toMatch(message);
  expect(status).toBe(1);
  const left = await readdir(folder);
  expect(left.filter((name) => name.includes(basename(output)) || name.endsWith('.tmp'))).toEqual([]);
}
