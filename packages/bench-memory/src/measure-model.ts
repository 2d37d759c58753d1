import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ModelMemory } from '@ds/bench-models';
import type { CriteoBatch } from '@ds/criteo-data';
import type { EngineChoice, EngineDescription } from '@ds/dlrm';

/** The model that a process loads and serves. */
export interface ServedModel {
  /** The checkpoint or zip. */
  path: string;
  /** What messages call it. */
  modelName: string;
  tables: 'dense' | 'sparse';
  /** Values in a block, if dense tables of the file are to be converted to sparse ones. */
  blockWidth: number;
  /** The batch to serve. */
  batch: CriteoBatch;
  /** Distinct values of each categorical column of the data: the rows that the tables must have. */
  counts: Int32Array;
  /** Fingerprint of the ids in the data; undefined if the data has none. */
  idsFingerprint: string | undefined;
  /** The npz of the batch and the counts, for messages; the process does not open it. */
  processedDataFile: string;
  engine?: EngineChoice | undefined;
}

/** What a process measured, and the engine that it used. */
export interface ServedMeasurement {
  memory: ModelMemory;
  /** The engine that ran the network, and why. */
  engine: EngineDescription;
  /** Notes for the user, one line each. */
  notes: string[];
}

/** The answer of a process. */
export type Answer = { measured: ServedMeasurement } | { error: string };

const worker = fileURLToPath(new URL('./serve.worker.js', import.meta.url));

/**
 * Loads a model in a fresh process, which serves one batch, and returns what the process measured.
 *
 * @throws Error with the message of the process, which names the file that could not be loaded or served; or
 *   naming the model, if the process ended without an answer (for example because the system ran out of memory).
 */
export async function measureModel(model: ServedModel): Promise<ServedMeasurement> {
  // Request and answer use their own channel, because libraries may print anything.
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
    // Sending fails if the process has ended; its exit status says more.
    child.send(model, () => {});
    const [code, signal] = await ended;
    if (answer && 'measured' in answer) return answer.measured;
    if (answer) throw new Error(answer.error);
    const lastLine = stderr.trim().split('\n').at(-1)!;
    throw new Error(
      `${model.modelName}: the process that served it ended with ${signal ?? `exit code ${code}`}` +
        (lastLine && `: ${lastLine}`),
    );
  } finally {
    process.removeListener('exit', stop);
  }
}
