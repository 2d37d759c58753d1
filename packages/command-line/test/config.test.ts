import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

let folder: string;
let command: string;
let config: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'config-test-'));
  command = join(folder, 'configured.mjs');
  config = join(folder, 'run.json');
  await build({
    entryPoints: [join(__dirname, 'config-command.ts')],
    ...{ bundle: true, platform: 'node', format: 'esm', outfile: command },
    // commander and cli-progress are CommonJS, which asks for `require` even inside an ESM bundle.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
});
afterAll(() => rm(folder, { recursive: true }));

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], { encoding: 'utf8' });
  return { status, stderr, found: status === 0 ? JSON.parse(stdout) : undefined };
}

test('the flags of a run repeat it, and those of the command line count more', async () => {
  const first = run('--rows=20', '--note', 'a b', '--full-forward', '--quiet');
  expect(first.found.flags).toEqual({ rows: '20', note: 'a b', 'full-forward': true });
  await writeFile(config, JSON.stringify({ date: 'today', ...first.found }));
  const again = run('--config', config);
  expect(again.found.options).toEqual({ ...first.found.options, quiet: false });
  // What a repeated run gives repeats it, too.
  expect(again.found.flags).toEqual(first.found.flags);
  const other = run(`--config=${config}`, '--rows', '30');
  expect(other.found.options).toMatchObject({ rows: 30, note: 'a b', fullForward: true });
  expect(other.found.flags.rows).toBe('30');
});

test.each([
  ['a flag that there is not', '{"flags":{"rowz":"3"}}', /run\.json: flags: unknown 'rowz'/],
  ['a flag that is not of the run', '{"flags":{"config":"run.json"}}', /flags: unknown 'config'/],
  ['a number for a switch', '{"flags":{"full-forward":1}}', /full-forward: expected true, found 1/],
  ['a list for a text', '{"flags":{"note":["a"]}}', /note: expected a text, found \["a"\]/],
  ['a value that the flag does not take', '{"flags":{"rows":"many"}}', /Expected a whole number/],
  ['no flags', '{"settings":{}}', /run\.json: expected an object 'flags'/],
  ['no JSON', '{', /--config: cannot read .*run\.json: not JSON: /],
  [
    'more text than a run has',
    ' '.repeat(2 ** 20 + 1),
    /--config: cannot read .*run\.json: expected at most 1 MiB/,
  ],
])('a config with %s is wrong usage', async (_, text, message) => {
  await writeFile(config, text);
  const { status, stderr } = run('--config', config);
  expect([status, stderr]).toEqual([2, expect.stringMatching(message)]);
});

test('two configs are wrong usage', () => {
  expect(run('--config', config, `--config=${config}`)).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^error: --config: expected one file, found 2\n/),
  });
});

test('a config that is missing is wrong usage', () => {
  expect(run('--config', join(folder, 'none.json'))).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('--config: cannot read'),
  });
});

test('a pipe that nobody writes is not waited for', () => {
  const pipe = join(folder, 'pipe');
  spawnSync('mkfifo', [pipe]);
  expect(run('--config', pipe)).toMatchObject({
    status: 2,
    stderr: expect.stringContaining(`--config: cannot read ${pipe}: expected a file, found a pipe`),
  });
});
