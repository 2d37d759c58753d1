import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { runProcess, type Ended } from '../child.js';
import type { Outcome } from '../outcome.js';

// npm and jest run in the project's folder.
const root = process.cwd();
const original = join(root, 'packages/test-support/test/golden/original-run');
const cli = (name: string) => join(root, 'packages', name, 'dist/cli.js');
const signals = ['SIGKILL', 'SIGTERM', 'SIGHUP', 'SIGINT'] as const;

interface Command {
  name: string;
  args: readonly string[];
  /** What it writes. */
  outputs: readonly string[];
  /** Whether its outputs hold times or memory, which differ from run to run. */
  measures?: boolean;
}

/** Every command that writes, in a folder with its inputs; those of before have run. */
function commands(folder: string): Command[] {
  const at = (name: string) => join(folder, name);
  const data = ['--processed-data-file', join(original, 'kaggleAdDisplayChallenge_processed.npz')];
  const models = [...data, '--sparse-model-metadata', at('models.csv')];
  const model = ['--model-path', at('model.ckpt')];
  return [
    {
      name: 'criteo-data',
      args: ['synthesize', '--rows', '20000', '--seed', '1', '--output', at('rows.txt')],
      outputs: ['rows.txt'],
    },
    {
      name: 'criteo-data',
      args: ['preprocess', '--raw-data-file', at('rows.txt'), '--processed-data-file', at('rows.npz')],
      outputs: ['rows.npz'],
    },
    {
      name: 'dlrm',
      args: [
        ...['train', ...data, '--save-model', at('trained.ckpt')],
        ...['--checkpoint-every', '2', '--epochs', '2'],
      ],
      outputs: ['trained.ckpt'],
    },
    {
      name: 'bench-disk',
      args: [
        ...[...model, '--sparsified-model-dump-path', at('dump'), '--output', at('models.csv')],
        ...['--sparsity-levels', '0,0.5,0.9', '--format', 'both'],
      ],
      outputs: ['models.csv'],
      measures: true,
    },
    { name: 'bench-metrics', args: [...models, '--output', at('quality.csv')], outputs: ['quality.csv'] },
    {
      name: 'bench-forward',
      args: [...models, '--output', at('times.csv'), '--runs', '3'],
      outputs: ['times.csv'],
      measures: true,
    },
    {
      name: 'bench-memory',
      args: [...models, '--output', at('memory.csv')],
      outputs: ['memory.csv'],
      measures: true,
    },
  ];
}

function run({ name, args }: Command, onStart?: (pid: number) => void): Promise<Ended> {
  return runProcess([process.execPath, cli(name), ...args, '--quiet'], {
    seconds: 300,
    ...(onStart && { onStart }),
  });
}

/**
 * Ends commands at random moments by random signals, starts each again, and compares what it then writes with what one that was
 * not disturbed wrote.
 */
export async function kills({ cases, seed }: { cases: number; seed: number }): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'torture-kills-'));
  const faults: string[] = [];
  let ended = 0;
  try {
    copyFileSync(join(original, 'criteo_model.ckpt'), join(folder, 'model.ckpt'));
    const all = commands(folder);
    const undisturbed = new Map<Command, { seconds: number; contents: string[] }>();
    for (const command of all) {
      const start = performance.now();
      const { code, stderr } = await run(command);
      if (code !== 0) throw new Error(`${command.name} ${command.args[0]}: ${stderr}`);
      const contents = contentsOf(folder, command);
      undisturbed.set(command, { seconds: (performance.now() - start) / 1000, contents });
    }
    let state = seed;
    const random = () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32;
    for (let number = 0; number < cases; number++) {
      const command = all[number % all.length]!;
      const signal = signals[Math.floor(number / all.length) % signals.length]!;
      const { seconds, contents } = undisturbed.get(command)!;
      const delay = random() * seconds;
      const what = `${command.name} ${command.args[0]}, ${signal} after ${delay.toFixed(2)} s`;
      command.outputs.forEach((name) => rmSync(join(folder, name), { force: true }));
      const first = await run(command, (pid) => {
        setTimeout(() => {
          try {
            process.kill(pid, signal);
          } catch {
            // It was faster this time.
          }
        }, delay * 1000).unref();
      });
      if (first.code !== 0) {
        ended++;
        const there = command.outputs.filter((name) => existsSync(join(folder, name)));
        if (there.length > 0 && !isSame(contentsOf(folder, command), contents)) {
          faults.push(`${what}: left ${there.join(', ')}, and not whole`);
        }
        const left = hidden(folder).filter(
          (name) => !name.endsWith('.journal') && !name.endsWith('.safetensors'),
        );
        if (signal !== 'SIGKILL' && left.length > 0) faults.push(`${what}: left ${left.join(', ')}`);
      }
      const second = await run(command);
      if (second.code !== 0)
        faults.push(`${what}: the next run ended by ${second.code}: ${second.stderr.trim()}`);
      else if (!isSame(contentsOf(folder, command), contents)) {
        faults.push(`${what}: the next run wrote something else`);
      }
      const left = hidden(folder);
      if (left.length > 0) faults.push(`${what}: after the next run there is still ${left.join(', ')}`);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  return {
    name: 'kills',
    cases,
    found: `${ended} ended by the signal, the others before it; all written by the next run as if undisturbed`,
    faults,
  };
}

/** The outputs, and for bench-disk each model; of measured rows only how many there are. */
function contentsOf(folder: string, { outputs, measures, name }: Command): string[] {
  const texts = outputs.map((output) => {
    const bytes = readFileSync(join(folder, output));
    return measures ? `${bytes.toString().split('\n').length} lines` : bytes.toString('latin1');
  });
  if (name !== 'bench-disk') return texts;
  const dump = join(folder, 'dump');
  mkdirSync(dump, { recursive: true });
  const models = readdirSync(dump, { recursive: true })
    .map(String)
    .filter((path) => path.endsWith('.zip'))
    .sort();
  return [...texts, ...models.flatMap((path) => [path, readFileSync(join(dump, path)).toString('latin1')])];
}

function isSame(found: readonly string[], expected: readonly string[]): boolean {
  return found.length === expected.length && found.every((text, place) => text === expected[place]);
}

function hidden(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((path) => basename(path).startsWith('.'));
}
