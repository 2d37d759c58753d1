import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { runProcess, type Ended } from '../child.js';
import type { Outcome } from '../outcome.js';
import { hostileInputs, type HostileInput, type InputKind } from './inputs.js';
import { mostBytes, mostSeconds } from './read-in-process.js';
import { model, slots, type MadeFiles, type Slot } from './slots.js';

const root = process.cwd();
const reporter = join(root, 'torture/hostile/report-cost.cjs');
const mostWait = 600;
// What reading alone may take (mostBytes), twice: a command converts and checks the tensors that it read.
const mostMemory = (fileSize: number) => 2 * mostBytes(fileSize);
// Of reading all bytes of a large file.
const secondsPerGigabyte = 10;

/** A command that ended, and what it took. */
interface Run extends Ended {
  /** CPU seconds of all its processes, and the largest resident set of one of them in bytes; undefined if it did not say. */
  cost: { cpu: number; peak: number } | undefined;
}

/**
 * Gives every hostile file to every command as each of its inputs. It must be refused in one line that names it,
 * within a few seconds of CPU and twice the memory for reading it more than the command takes with an ordinary file, and nothing
 * half-written may stay.
 */
export async function throughCommands({
  size,
  every = 1,
  kinds,
  processes = 1,
}: {
  /** Bytes of the hostile files, about. */
  size: number;
  /** Only one of so many pairs of a file and a command. Default: all. */
  every?: number;
  /** Of what is read. Default: all kinds. */
  kinds?: readonly InputKind[];
  /** How many commands run at a time. Default: 1. */
  processes?: number;
}): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'torture-commands-'));
  const faults: string[] = [];
  const counts = { refused: 0, read: 0 };
  try {
    const all = slots(await makeFiles(folder));
    const pairs = (kinds ?? [...new Set(all.map(({ kind }) => kind))])
      .flatMap((kind) => hostileInputs(kind, size).map((input) => ({ kind, input })))
      .flatMap(({ kind, input }) => all.filter((slot) => slot.kind === kind).map((slot) => ({ input, slot })))
      .filter((_, place) => place % every === 0);
    const ordinary = new Map<Slot, Promise<Run>>();
    let next = 0;
    const lane = async (number: number) => {
      const own = join(folder, `${number}`);
      while (next < pairs.length) {
        const { input, slot } = pairs[next++]!;
        const usual = ordinary.get(slot) ?? runOrdinary(slot, join(own, 'ordinary'));
        ordinary.set(slot, usual);
        const fault = await judge(input, slot, { own, usual: await usual, counts });
        if (fault === undefined) continue;
        faults.push(`${slot.name}: ${input.name}: ${fault}`);
        process.stderr.write(`  ${faults.at(-1)}\n`);
      }
    };
    await Promise.all(Array.from({ length: processes }, (_, number) => lane(number)));
    const { refused, read } = counts;
    return {
      name: 'hostile files in commands',
      cases: pairs.length,
      found: `${refused} refused in one line that names the file, ${read} read, within their limits; nothing half-written`,
      faults,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Runs a command with the hostile file; what is wrong with how it ends. */
async function judge(
  input: HostileInput,
  slot: Slot,
  { own, usual, counts }: { own: string; usual: Run; counts: { refused: number; read: number } },
): Promise<string | undefined> {
  // In a folder of their own: commands look for files next to their inputs, and write there.
  const place = join(own, 'input');
  rmSync(place, { force: true, recursive: true });
  mkdirSync(place, { recursive: true });
  const path = join(place, `hostile${input.extension}`);
  if (input.makeAt) input.makeAt(path);
  else writeFileSync(path, input.make!());
  const size = input.makeAt ? 0 : statSync(path).size;
  if (usual.code !== 0 || !usual.cost)
    return `with an ordinary file: ended by ${usual.code}: ${usual.stderr}`;

  const out = join(own, 'output');
  let ended: Run;
  let left: string[];
  const most = usual.cost.peak + mostMemory(size);
  // When garbage is collected depends on what else the machine does.
  for (let tries = 1; ; tries++) {
    rmSync(out, { force: true, recursive: true });
    mkdirSync(join(out, 'tmp'), { recursive: true });
    ended = await run(slot, path, out);
    left = readdirSync(out, { recursive: true }).map(String);
    rmSync(`${path}.results`, { force: true, recursive: true });
    if (tries === 3 || !ended.cost || ended.cost.peak <= most) break;
  }
  if (ended.timedOut) return `was still running after ${mostWait} s`;
  if (!ended.cost) return `ended by ${ended.signal ?? ended.code}: ${ended.stderr.slice(-300)}`;
  const { cpu, peak } = ended.cost;
  const allowed = usual.cost.cpu + mostSeconds + (secondsPerGigabyte * size) / 1e9;
  if (cpu > allowed) return `${cpu.toFixed(1)} s of CPU, expected at most ${allowed.toFixed(1)}`;
  if (peak > most) return `${Math.round(peak / 1e6)} MB, expected at most ${Math.round(most / 1e6)}`;
  if (ended.code === 0) {
    counts.read++;
    return undefined;
  }
  // What --config names is a part of the command line: wrong usage, after which a second line mentions --help.
  const isClear = ended.code === 1 ? /^error: [^\n]*\n$/ : /^error: [^\n]*\n\(--help [^\n]*\n\s*$/;
  if ((ended.code !== 1 && ended.code !== 2) || !isClear.test(ended.stderr)) {
    return `ended by ${ended.signal ?? ended.code}: ${ended.stderr.slice(-300)}`;
  }
  if (!ended.stderr.includes(path)) return `does not name it: ${ended.stderr.trim().slice(0, 300)}`;
  if (ended.stderr.length > 2000) return `an error of ${ended.stderr.length} characters`;
  const isLeft = (name: string) =>
    statSync(join(out, name)).isFile() && (!slot.hasSteps || isUnfinished(name));
  const files = left.filter(isLeft);
  if (files.length > 0) return `left ${files.join(', ')}`;
  counts.refused++;
  return undefined;
}

function isUnfinished(name: string): boolean {
  return name.startsWith('tmp') || basename(name).startsWith('.');
}

async function runOrdinary(slot: Slot, own: string): Promise<Run> {
  rmSync(own, { force: true, recursive: true });
  mkdirSync(join(own, 'tmp'), { recursive: true });
  const input = join(own, `input${basename(slot.ordinary)}`);
  copyFileSync(slot.ordinary, input);
  return run(slot, input, own);
}

async function run(slot: Slot, input: string, out: string): Promise<Run> {
  const cost = join(out, '..', `${basename(out)}.cost`);
  rmSync(cost, { force: true });
  const ended = await runProcess([process.execPath, ...slot.args(input, out)], {
    seconds: mostWait,
    cwd: out,
    env: { NODE_OPTIONS: `--require ${reporter}`, TORTURE_COST: cost, TMPDIR: join(out, 'tmp') },
  });
  if (!existsSync(cost)) return { ...ended, cost: undefined };
  const processes = readFileSync(cost, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { cpu: number; peak: number });
  const cpu = processes.reduce((sum, each) => sum + each.cpu, 0);
  return { ...ended, cost: { cpu, peak: Math.max(...processes.map(({ peak }) => peak)) } };
}

/** Runs the commands whose outputs others read. */
async function makeFiles(folder: string): Promise<MadeFiles> {
  const at = (name: string) => join(folder, 'made', name);
  mkdirSync(at(''));
  const cli = (name: string) => join(root, 'packages', name, 'dist/cli.js');
  const processed = join(
    root,
    'packages/test-support/test/golden/original-run/kaggleAdDisplayChallenge_processed.npz',
  );
  for (const args of [
    [
      ...[
        cli('bench-disk'),
        '--model-path',
        model,
        '--sparsified-model-dump-path',
        at('dump'),
        '--norms',
        'L1',
      ],
      ...[
        '--sparse-block-shapes',
        '1x4',
        '--sparsity-levels',
        '0.5',
        '--output',
        at('models.csv'),
        '--quiet',
      ],
    ],
    [cli('criteo-data'), 'synthesize', '--rows', '300', '--output', at('rows.txt'), '--quiet'],
    [
      ...[cli('criteo-data'), 'preprocess', '--raw-data-file', at('rows.txt')],
      ...['--processed-data-file', at('rows.npz'), '--quiet'],
    ],
    [
      ...[cli('bench-frontier'), '--model-path', model, '--processed-data-file', processed, '--ratios', '8'],
      ...[
        '--methods',
        'mixed-precision',
        '--calibration-rows',
        '50',
        '--output',
        at('frontier.csv'),
        '--quiet',
      ],
    ],
  ]) {
    const { code, stderr } = await runProcess([process.execPath, ...args], { seconds: mostWait });
    if (code !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  }
  const flags = { rows: '200' };
  writeFileSync(
    at('run.json'),
    JSON.stringify({ flags, settings: { rows: 200 }, machine: { cpu: 'x' }, notes: [] }),
  );
  // Its path is from the folder of the CSV, of which copies are made elsewhere.
  const csv = readFileSync(at('models.csv'), 'utf8');
  const path = /"([^"]*\.zip)"/.exec(csv)![1]!;
  const modelOfCsv = at(path);
  writeFileSync(at('models.csv'), csv.replace(path, modelOfCsv));
  return {
    ...{
      models: at('models.csv'),
      modelOfCsv,
      rows: at('rows.txt'),
      dictionaries: at('rows_dictionaries.npz'),
    },
    ...{ frontier: at('frontier.csv'), runInfo: at('run.json') },
  };
}
