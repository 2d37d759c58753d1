import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { type Readable } from 'node:stream';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Preloaded into the command: reports its largest resident set, in KiB, and its CPU time, in microseconds, on a separate pipe.
const reportUsage =
  'import { writeSync } from "node:fs";' +
  'process.once("exit", () => {' +
  'const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();' +
  'writeSync(3, JSON.stringify([maxRSS, userCPUTime + systemCPUTime]));' +
  '});';

/** Time and memory of a command. */
export interface MeasuredCommand {
  seconds: number;
  /** The CPU time of all its threads, in seconds. */
  cpuSeconds: number;
  /** The peak memory of the process, including its threads. */
  peakBytes: number;
}

/**
 * Runs a package's command as a process.
 *
 * @param words its arguments before the options
 * @throws Error if it fails; its own error is on stderr
 */
export async function runCommand(
  packageName: string,
  words: readonly string[],
  options: Readonly<Record<string, string>>,
): Promise<MeasuredCommand> {
  const script = join(fileURLToPath(import.meta.resolve(packageName)), '../cli.js');
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const start = performance.now();
  const command = spawn(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(reportUsage)}`, script, ...words, ...flags],
    { stdio: ['ignore', 'ignore', 'inherit', 'pipe'] },
  );
  const [usage, [code]] = await Promise.all([text(command.stdio[3] as Readable), once(command, 'exit')]);
  const seconds = (performance.now() - start) / 1000;
  if (code !== 0) throw new Error(`${script} ended with exit code ${code}`);
  const [peak, cpuMicroseconds] = JSON.parse(usage) as [number, number];
  return { seconds, cpuSeconds: cpuMicroseconds / 1e6, peakBytes: 1024 * peak };
}
