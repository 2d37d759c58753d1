import { statSync } from 'node:fs';
import { join } from 'node:path';
import { runProcess } from '../child.js';

/** The cost of reading one file, measured in its own process. */
export interface Reading {
  /** Number of tensors; undefined if the file was refused. */
  tensors?: number;
  /** Why it was refused. */
  error?: string;
  /** CPU seconds, over all processors. */
  cpu: number;
  /** The largest growth of the process's resident set, in bytes. */
  bytes: number;
}

/** Every file may take so much, whatever it says. */
export const mostSeconds = 5;
export function mostBytes(fileSize: number): number {
  return 64e6 + 20 * fileSize;
}

/**
 * Reads a file in a process of its own; again, up to three times in all, if it takes too much memory: when garbage is collected
 * depends on what else the machine does, so the smallest reading says what the file needs.
 *
 * @throws Error saying how the process ended without an answer.
 */
export async function readInProcess(path: string): Promise<Reading> {
  const most = mostBytes(statSync(path).size);
  let least = await readOnce(path);
  for (let again = 0; again < 2 && least.bytes > most; again++) {
    const reading = await readOnce(path);
    if (reading.bytes < least.bytes) least = reading;
  }
  return least;
}

async function readOnce(path: string): Promise<Reading> {
  const reader = join(process.cwd(), 'torture/read-file.mjs');
  const ended = await runProcess([process.execPath, '--expose-gc', reader, path], { seconds: 60 });
  if (ended.code !== 0) {
    const how = ended.timedOut
      ? 'was still reading after 60 seconds'
      : `ended by ${ended.signal ?? ended.code}`;
    throw new Error(`${how}: ${ended.stderr.trim().split('\n').at(-1)}`);
  }
  return JSON.parse(ended.stdout) as Reading;
}
