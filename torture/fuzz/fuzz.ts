import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProcess } from '../child.js';
import type { Outcome } from '../outcome.js';

const worker = join(process.cwd(), 'torture/fuzz/worker.mjs');
// Files per process: few enough that a file which ends the process costs little.
const casesAtOnce = 10_000;
// More are of a reader that does not even start.
const mostFaults = 100;
const secondsPerCase = 5;
// Of waiting for other processes too: of a reader that never ends.
const mostSilence = 60;

interface Case {
  number: number;
  /** Of the file that was damaged. */
  name: string;
  outcome: string;
  /** Of all processors. */
  seconds: number;
  /** Bytes that the resident set grew by. */
  memory: number;
  /** Of the damaged file. */
  size: number;
  hasChecksums: boolean;
}

/**
 * Damages small files by seeded mutations, and reads each in a process that reads many, within limits of time and memory.
 * Every twentieth is written to the folder `sample`, if given, with what was found in it.
 */
export async function fuzz({
  cases,
  seed,
  sample,
  processes = availableParallelism(),
}: {
  cases: number;
  seed: number;
  sample?: string;
  /** How many read at a time. Default: the available processors. */
  processes?: number;
}): Promise<Outcome> {
  const counts: Record<string, number> = { equal: 0, different: 0, error: 0 };
  const faults: string[] = [];
  const folders: string[] = [];
  let next = 0;

  const judge = ({ number, name, outcome, seconds, memory, size, hasChecksums }: Case) => {
    const isSilent = outcome === 'different' && hasChecksums;
    const isLarge = memory > 64e6 + 20 * size;
    if (!isSilent && !isLarge && seconds <= secondsPerCase && outcome in counts) counts[outcome]!++;
    else {
      const cost = `${seconds.toFixed(1)} s, ${(memory / 1e6).toFixed(0)} MB`;
      faults.push(`case ${number} of seed ${seed}, ${name}: ${outcome}, ${cost}`);
    }
  };

  const readMany = async (folder: string, start: number, end: number) => {
    for (let first = start; first < end;) {
      const count = end - first;
      const { code, signal, stdout, stderr } = await runProcess(
        [
          ...[process.execPath, '--max-old-space-size=512', worker, `${seed}`, `${first}`, `${count}`],
          ...[folder, ...(sample === undefined ? [] : [sample])],
        ],
        { seconds: 60 + count * secondsPerCase, silence: mostSilence },
      );
      const found = stdout.split('\n').filter((line) => line.endsWith('}'));
      const read = found.map((line) => JSON.parse(line) as Case);
      read.forEach(judge);
      if (code === 0) return;
      // The one after the last that was told.
      const last = (read.at(-1)?.number ?? first - 1) + 1;
      faults.push(
        `case ${last} of seed ${seed}: its reader ended by ${signal ?? code}: ${stderr.slice(-200)}`,
      );
      if (faults.length > mostFaults) throw new Error(`too many faults, the last one: ${faults.at(-1)}`);
      // Goes on behind one that ended the process.
      first = last + 1;
    }
  };

  const readAll = async () => {
    const folder = await mkdtemp(join(tmpdir(), 'torture-fuzz-'));
    folders.push(folder);
    while (next < cases) {
      const first = next;
      next = Math.min(cases, first + casesAtOnce);
      await readMany(folder, first, next);
    }
  };
  try {
    const lanes = Array.from({ length: processes }, () =>
      readAll().catch((error: unknown) => {
        // The others end too, before their folders are removed.
        next = cases;
        throw error;
      }),
    );
    for (const lane of await Promise.allSettled(lanes)) if (lane.status === 'rejected') throw lane.reason;
  } finally {
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true })));
  }
  const { equal, different, error } = counts;
  return {
    name: 'damaged files',
    cases,
    found: `${error} clear errors, ${equal} equal, ${different} different where nothing can show it`,
    faults,
  };
}
