import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCheckpoint } from '@ds/tensor-files';
import type { Outcome } from '../outcome.js';
import { bombs } from './bombs.js';
import { calls } from './calls.js';
import { mostBytes, mostSeconds, readInProcess } from './read-in-process.js';

/** Reads pickles that try to call a function, in this process. */
export async function hostileCalls(): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'torture-calls-'));
  const canary = join(folder, 'canary');
  const faults: string[] = [];
  try {
    const all = calls(canary);
    for (const { name, file } of all) {
      const path = join(folder, 'hostile.ckpt');
      await writeFile(path, file);
      const refused = await loadCheckpoint(path).then(
        () => undefined,
        (error: Error) => error.message,
      );
      if (!refused?.startsWith(`${path}: `)) faults.push(`${name}: ${refused ?? 'was read'}`);
      if (existsSync(canary)) faults.push(`${name}: ran`);
    }
    return { name: 'pickles that call', cases: all.length, found: 'all refused, none ran', faults };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Reads small files that would be expensive without limits, each in its own process. */
export async function hostileBombs(sizes: readonly number[]): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'torture-bombs-'));
  const faults: string[] = [];
  let [cases, refused, slowest, largest] = [0, 0, 0, 0];
  try {
    for (const bomb of sizes.flatMap(bombs)) {
      cases++;
      const path = join(folder, `bomb.${bomb.extension}`);
      const file = bomb.make();
      await writeFile(path, file);
      try {
        const { cpu, bytes, error } = await readInProcess(path);
        if (error !== undefined) refused++;
        slowest = Math.max(slowest, cpu);
        largest = Math.max(largest, bytes / mostBytes(file.length));
        if (cpu > mostSeconds || bytes > mostBytes(file.length)) {
          faults.push(`${bomb.name}, ${file.length} bytes: ${cpu.toFixed(1)} s, ${bytes} bytes`);
        }
      } catch (error) {
        faults.push(`${bomb.name}, ${file.length} bytes: ${(error as Error).message}`);
      }
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  const share = `${Math.round(100 * largest)} % of the allowed memory`;
  return {
    name: 'bombs',
    cases,
    found: `${refused} refused, the others read; at most ${slowest.toFixed(1)} s of CPU, ${share}`,
    faults,
  };
}
