import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ModelMemory } from '@ds/bench-models';
import type { CriteoBatch } from '@ds/criteo-data';
import type { EngineChoice, EngineDescription } from '@ds/dlrm';

/** What a process is to load and serve. */
export interface ServedModel {
  /** The checkpoint or zip. */
  path: string;
  tables: 'dense' | 'sparse';
  /** Values in a block, where dense tables of the file are to become sparse. */
  blockWidth: number;
  /** The batch to serve. */
  batch: CriteoBatch;
  /** Distinct values of each categorical column of the data: the rows that the tables must have. */
  counts: Int32Array;
  /** Which ids the data has; undefined where it does not say. */
  idsFingerprint: string | undefined;
  /** The npz that batch and counts are of, for messages; the process does not open it. */
  processedDataFile: string;
  engine?: EngineChoice | undefined;
}

/** What a process measured of itself, and what it did that with. */
export interface ServedMeasurement {
  memory: ModelMemory;
  /** What ran the network, and why. */
  engine: EngineDescription;
  /** What the user should know, a line each. */
  notes: string[];
}

/** What a process answers. */
export type Answer = { measured: ServedMeasurement } | { error: string };

const worker = fileURLToPath(new URL('./serve-model.worker.js', import.meta.url));

/**
 * Loads a model in a fresh process, serves one batch, and gives what the process measured of itself.
 *
 * @throws Error with the message of the process, which names the file that could not be loaded or served, or
 *   naming the model when the process ended without an answer (as on a system that runs out of memory).
 */
export async function measureModel(model: ServedModel): Promise<ServedMeasurement> {
  // Question and answer have a channel of their own: a library may print what it likes.
  const child = fork(worker, {
    execArgv: ['--expose-gc'],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const stop = () => child.kill();
  process.once('exit', stop);
  try {
    let answer: Answer | undefined;
    let stderr = '';
    child.once('message', (message) => (answer = message as Answer));
    child.stderr!.setEncoding('utf8').on('data', (text) => (stderr += text));
    const ended = new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (...ending) => resolve(ending));
    });
    // A process that has ended by now cannot be sent to; how it ended says more.
    child.send(model, () => {});
    const [code, signal] = await ended;
    if (answer && 'measured' in answer) return answer.measured;
    if (answer) throw new Error(answer.error);
    const lastLine = stderr.trim().split('\n').at(-1)!;
    throw new Error(
      `${model.path}: the process that served it was ended by ${signal ?? `exit code ${code}`}` +
        (lastLine && `: ${lastLine}`),
    );
  } finally {
    process.removeListener('exit', stop);
  }
}
