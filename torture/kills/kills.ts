import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { RandomStream } from '@ds/criteo-data';
import { runProcess, type Ended } from '../child.js';
import type { Outcome } from '../outcome.js';
import { commands, originalRun, type Command } from './commands.js';

const signals = ['SIGKILL', 'SIGTERM', 'SIGHUP', 'SIGINT'] as const;
// What a run leaves that the next one continues from.
const isToContinueFrom = (name: string) => /\.(journal|safetensors|pieces)$/.test(name);

/** A command, and what came of it when nothing disturbed it. */
interface Undisturbed {
  command: Command;
  seconds: number;
  contents: string[];
}

/**
 * Ends commands at random moments by random signals, starts each again, and compares what it then writes with what one that was
 * not disturbed wrote. TMPDIR must be empty after every end.
 */
export async function kills({
  cases,
  seed,
  processes = 1,
}: {
  cases: number;
  seed: number;
  /** How many commands run at a time, each in a folder of its own. */
  processes?: number;
}): Promise<Outcome> {
  const faults: string[] = [];
  let ended = 0;
  await Promise.all(
    Array.from({ length: processes }, async (_, lane) => {
      const folder = await mkdtemp(join(tmpdir(), 'torture-kills-'));
      const temporary = await mkdtemp(join(tmpdir(), 'torture-tmpdir-'));
      try {
        const all = await undisturbedRuns(folder, temporary, cases);
        for (let number = lane; number < cases; number += processes) {
          const one = all[number % all.length]!;
          const signal = signals[Math.floor(number / all.length) % signals.length]!;
          const delay = new RandomStream(seed, number).next() * one.seconds;
          const what = `${one.command.name}, ${signal} after ${delay.toFixed(2)} s`;
          const result = await kill({ one, folder, temporary, signal, delay });
          if (result.wasEnded) ended++;
          faults.push(...result.faults.map((fault) => `${what}: ${fault}`));
        }
      } finally {
        await rm(folder, { recursive: true });
        await rm(temporary, { recursive: true });
      }
    }),
  );
  return {
    name: 'kills',
    cases,
    found: `${ended} ended by the signal, the others before it; all written by the next run as if undisturbed`,
    faults,
  };
}

/** Runs of as many commands as there are cases, or of all. */
async function undisturbedRuns(folder: string, temporary: string, cases: number): Promise<Undisturbed[]> {
  copyFileSync(join(originalRun, 'criteo_model.ckpt'), join(folder, 'model.ckpt'));
  const all: Undisturbed[] = [];
  for (const command of commands(folder).slice(0, cases)) {
    const start = performance.now();
    const { code, stderr } = await run(command, temporary);
    if (code !== 0) throw new Error(`${command.name}: ${stderr}`);
    const seconds = (performance.now() - start) / 1000;
    all.push({ command, seconds, contents: contentsOf(folder, command) });
  }
  return all;
}

/** Runs a command that is ended after a while, and once more. */
async function kill({
  one: { command, contents },
  folder,
  temporary,
  signal,
  delay,
}: {
  one: Undisturbed;
  folder: string;
  temporary: string;
  signal: NodeJS.Signals;
  delay: number;
}): Promise<{ wasEnded: boolean; faults: string[] }> {
  const faults: string[] = [];
  const outputs = [...(command.outputs ?? []), ...(command.measured ?? [])];
  outputs.forEach((name) => rmSync(join(folder, name), { force: true, recursive: true }));
  const first = await run(command, temporary, (pid) => {
    setTimeout(() => {
      try {
        process.kill(pid, signal);
      } catch {
        // It was faster this time.
      }
    }, delay * 1000).unref();
  });
  if (first.code !== 0) {
    for (const [name, whole] of namedContents(folder, command)) {
      // Folders may have some of their files, and those must be whole.
      const place = contents.indexOf(name);
      if (place < 0 || contents[place + 1] !== whole) faults.push(`left ${name}, and not whole`);
    }
    const left = hidden(folder).filter((name) => !isToContinueFrom(name));
    if (signal !== 'SIGKILL' && left.length > 0) faults.push(`left ${left.join(', ')}`);
  }
  faults.push(...readdirSync(temporary).map((name) => `left ${name} in TMPDIR`));
  const second = await run(command, temporary);
  if (second.code !== 0) faults.push(`the next run ended by ${second.code}: ${second.stderr.trim()}`);
  else if (contentsOf(folder, command).join('\0') !== contents.join('\0')) {
    faults.push('the next run wrote something else');
  }
  const left = hidden(folder);
  if (left.length > 0) faults.push(`after the next run there is still ${left.join(', ')}`);
  return { wasEnded: first.code !== 0, faults };
}

function run({ args }: Command, temporary: string, onStart?: (pid: number) => void): Promise<Ended> {
  return runProcess([process.execPath, ...args], {
    seconds: 600,
    env: { TMPDIR: temporary },
    ...(onStart && { onStart }),
  });
}

/** The files of a command that are there, by name, each with its contents; of measured ones how many lines there are. */
function namedContents(folder: string, { outputs = [], measured = [] }: Command): [string, string][] {
  const files = outputs.flatMap((output) => {
    const path = join(folder, output);
    if (!existsSync(path)) return [];
    if (statSync(path).isFile()) return [output];
    const names = readdirSync(path, { recursive: true }).map((name) => join(output, String(name)));
    return names.filter((name) => !isHidden(name) && statSync(join(folder, name)).isFile()).sort();
  });
  const whole = files.map((name): [string, string] => [name, readFileSync(join(folder, name), 'latin1')]);
  const lines = measured
    .filter((name) => existsSync(join(folder, name)))
    .map((name): [string, string] => [
      name,
      `${readFileSync(join(folder, name), 'utf8').split('\n').length} lines`,
    ]);
  return [...whole, ...lines];
}

function contentsOf(folder: string, command: Command): string[] {
  return namedContents(folder, command).flat();
}

function hidden(folder: string): string[] {
  return readdirSync(folder, { recursive: true }).map(String).filter(isHidden);
}

function isHidden(path: string): boolean {
  return basename(path).startsWith('.');
}
