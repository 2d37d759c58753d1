import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

let folder: string;
let command: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'command-line-test-'));
  command = join(folder, 'sample.mjs');
  await build({
    entryPoints: [join(__dirname, 'sample-command.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: command,
    // commander and cli-progress are CommonJS, which asks for `require` even inside an ESM bundle.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
});

afterAll(() => rm(folder, { recursive: true }));

function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [command, ...args], {
    encoding: 'utf8',
    env: { ...process.env, DEBUG: '' },
  });
}

describe('a command', () => {
  it('exits with 0 and keeps stdout for its results', () => {
    const { status, stdout, stderr } = run('--row-count', '3');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ rowCount: 3, rates: [0.5], norm: 'L1' });
    expect(stderr).toContain('rows: 3/3 (100%)');
  });

  it('writes nothing but its results with --quiet', () => {
    expect(run('--quiet')).toMatchObject({ status: 0, stderr: '' });
  });

  it('takes flags with underscores, and leaves the values alone', () => {
    const { stdout } = run('--row_count=2', '--note', 'a_b', '--rates', '0.1, 0.25');
    expect(JSON.parse(stdout)).toMatchObject({ rowCount: 2, note: 'a_b', rates: [0.1, 0.25] });
  });

  it('shows defaults and the example in --help, and its version', () => {
    const { status, stdout } = run('--help');
    expect(status).toBe(0);
    expect(stdout).toContain('rows to make (default: 10)');
    expect(stdout).toContain('Example:\n  sample --row-count 5\n  sample bake');
    expect(run('--version')).toMatchObject({ status: 0, stdout: '1.2.3\n' });
  });

  it.each([
    ['an unknown flag', ['--rows', '3'], "unknown option '--rows'"],
    ['a count below its minimum', ['--row-count', '0'], "Expected a whole number of at least 1, found '0'"],
    ['a count with a fraction', ['--row-count', '1.5'], "found '1.5'"],
    ['a list with a word', ['--rates', '0.1,high'], "Expected a number, found 'high'"],
    ['a list with an empty part', ['--rates', '0.1,'], "Expected a number, found ''"],
    ['a word that is no choice', ['--norm', 'L3'], "Expected L1 or L2, found 'L3'"],
    ['a missing value', ['--norm'], "option '--norm <norm>' argument missing"],
    ['a missing argument of a subcommand', ['fail'], "missing required argument 'message'"],
  ])('exits with 2 for %s', (_, args, message) => {
    const { status, stdout, stderr } = run(...args);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
    expect(stdout).toBe('');
  });

  it('wraps the help to 80 columns, long flags and lists too', () => {
    const { stdout } = run('train', '--help');
    expect(stdout).toContain('0.3, 0.35');
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it.each([
    [['train', '--model-pth', 'm'], "unknown option '--model-pth'\n(Did you mean --model-path?)"],
    [
      ['train', '--model_pat=m', '--epochs', '3'],
      "unknown option '--model-pat'\n(Did you mean --model-path?)",
    ],
    [['train', '--epochs', '-1'], "required option '--model-path <file>' not specified"],
  ])('answers a typo with the near flag, even if a required one is missing: %j', (args, message) => {
    const { status, stderr } = run(...args);
    expect([status, stderr]).toEqual([2, expect.stringContaining(`error: ${message}`)]);
  });

  it('exits with 1 after one line on stderr when its work fails', () => {
    expect(run('fail', 'a.csv, line 3:|expected a number')).toEqual(
      expect.objectContaining({ status: 1, stdout: '', stderr: 'error: a.csv, line 3: expected a number\n' }),
    );
  });

  const signals = [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const;
  // Windows has no such signals: there, the process just ends.
  const leavesInOrder = process.platform === 'win32' ? () => undefined : it.each(signals);
  leavesInOrder('leaves in order on %s', async (signal, expected) => {
    const child = spawn(process.execPath, [command, 'wait'], { stdio: ['ignore', 'pipe', 'inherit'] });
    let stdout = '';
    const code = await new Promise((resolve) => {
      child.stdout.on('data', (text) => {
        stdout += text;
        if (String(text).includes('waiting')) child.kill(signal);
      });
      child.on('close', resolve);
    });
    expect(code).toBe(expected);
    expect(stdout).toBe('waiting\nleft in order\n');
  });

  it('ends quietly where its results are read no further, and works on where its progress is', async () => {
    const shell = (line: string) => spawnSync('bash', ['-c', line, command], { encoding: 'utf8' });
    if (process.platform === 'win32') return;
    const node = `"${process.execPath}" "$0"`;
    expect(shell(`${node} flood | head -n 1; echo "\${PIPESTATUS[0]}"`)).toMatchObject({
      stdout: 'a line of results\n0\n',
      stderr: '',
    });
    const closed = shell(`${node} --row-count 3 2> >(exec 0<&-; exit 0)`);
    expect(JSON.parse(closed.stdout)).toMatchObject({ rowCount: 3 });
  });

  leavesInOrder('shows the cursor again on %s', async (signal) => {
    const child = spawn(process.execPath, [command, 'bake'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (text) => (stderr += text));
    child.stdout.on('data', () => child.kill(signal));
    await new Promise((resolve) => child.on('close', resolve));
    const hides = stderr.lastIndexOf('\u001b[?25l');
    expect(hides).toBeGreaterThanOrEqual(0);
    expect(stderr.lastIndexOf('\u001b[?25h')).toBeGreaterThan(hides);
  });
});
