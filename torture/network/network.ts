import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProcess } from '../child.js';
import type { Outcome } from '../outcome.js';

const root = process.cwd();
const preload = join(root, 'torture/network/no-network.cjs');
// All stages: the rows, training, every benchmark with its processes and threads, and the report.
const benchmark = [
  join(root, 'examples/full-benchmark/dist/main.js'),
  ...['--rows', '1500', '--sparsity-levels', '0.9', '--norms', 'L1', '--sparse-block-shapes', '1x4'],
  ...['--forward-runs', '2', '--frontier-methods', 'mixed-precision', '--quiet'],
];

/** How a run of the benchmark is watched. */
interface Watch {
  name: string;
  /** What comes before the command. `log`: a file for what was seen. */
  before: (log: string) => readonly string[];
  env?: (log: string) => Record<string, string>;
  /** The attempts in the log. @throws Error if it did not watch. */
  attempts: (log: string) => string[];
}

/** Every JavaScript process and thread, wherever Node runs. */
export const inNode: Watch = {
  name: 'Node',
  before: () => [],
  env: (log) => ({ NODE_OPTIONS: `--require ${JSON.stringify(preload)}`, NETWORK_LOG: log }),
  attempts(log) {
    const lines = readFileSync(log, 'utf8').trim().split('\n');
    const processes = new Set(lines.map((line) => line.split(' ')[0]));
    // bench-memory starts others.
    if (processes.size < 2)
      throw new Error(`expected several processes that are watched, found ${processes.size}`);
    return lines.filter((line) => !line.endsWith(' loaded'));
  },
};

/** Every system call of every process, so also those of native libraries. Needs strace. */
export const bySystemCalls: Watch = {
  name: 'system calls',
  before: (log) => ['strace', '-f', '-qq', '-e', 'trace=connect,sendto,sendmsg,sendmmsg,execve', '-o', log],
  attempts(log) {
    const lines = readFileSync(log, 'utf8').trim().split('\n');
    if (!lines.some((line) => line.includes('execve('))) throw new Error('strace saw no process start');
    return lines.filter((line) => /AF_INET6?\b|AF_NETLINK/.test(line));
  },
};

/** Runs the benchmark while something would see it reach the network, or leave anything in HOME or TMPDIR. */
export async function network(watches: readonly Watch[]): Promise<Outcome> {
  const faults: string[] = [];
  for (const { name, before, env, attempts } of watches) {
    const folder = await mkdtemp(join(tmpdir(), 'torture-network-'));
    const at = (part: string) => join(folder, part);
    try {
      for (const part of ['home', 'tmp']) mkdirSync(at(part));
      const command = [...before(at('log')), process.execPath, ...benchmark, '--output-dir', at('results')];
      const { code, signal, stderr } = await runProcess(command, {
        seconds: 600,
        env: { HOME: at('home'), TMPDIR: at('tmp'), ...env?.(at('log')) },
      });
      if (code !== 0) {
        faults.push(`${name}: ended by ${signal ?? code}: ${stderr.trim().slice(-300)}`);
        continue;
      }
      if (!existsSync(at('results/report.html'))) faults.push(`${name}: wrote no report`);
      faults.push(...attempts(at('log')).map((attempt) => `${name}: ${attempt}`));
      for (const part of ['home', 'tmp']) {
        faults.push(...readdirSync(at(part)).map((left) => `${name}: left ${left} in ${part.toUpperCase()}`));
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  }
  return {
    name: 'the network',
    cases: watches.length,
    found: `seen by ${watches.map(({ name }) => name).join(' and ')}: no attempt to reach it; nothing left in HOME or TMPDIR`,
    faults,
  };
}
