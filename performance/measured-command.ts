import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { type Readable } from 'node:stream';

// Preloaded into the command: tells its largest resident set, in KiB, on a pipe of its own.
const tellPeak =
  'import { writeSync } from "node:fs";' +
  'process.once("exit", () => writeSync(3, String(process.resourceUsage().maxRSS)));';

/**
 * Runs a JavaScript command as a process of its own.
 *
 * @param script its file
 * @returns how long it took, and the most memory that the process held, its threads included
 * @throws Error when it fails; its own error stands on stderr
 */
export async function runMeasured(
  script: string,
  args: readonly string[],
): Promise<{ seconds: number; peakBytes: number }> {
  const start = performance.now();
  const command = spawn(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(tellPeak)}`, script, ...args],
    { stdio: ['ignore', 'ignore', 'inherit', 'pipe'] },
  );
  const [peak, [code]] = await Promise.all([text(command.stdio[3] as Readable), once(command, 'exit')]);
  const seconds = (performance.now() - start) / 1000;
  if (code !== 0) throw new Error(`${script} ended with exit code ${code}`);
  return { seconds, peakBytes: 1024 * Number(peak) };
}
