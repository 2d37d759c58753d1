import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { EngineChoice, EngineDescription } from '@ds/dlrm';

/** The tables that a model is served with, in the order of the rows. */
export const tableTypes = ['dense_tables', 'sparse_tables'] as const;

/** `dense_tables`: every value, zeros too. `sparse_tables`: only the kept blocks. */
export type TableType = (typeof tableTypes)[number];

/** What a process is to load and serve. */
export interface ServedModel {
  /** The checkpoint or zip. */
  path: string;
  tables: 'dense' | 'sparse';
  /** Values in a block, where dense tables of the file are to become sparse. */
  blockWidth: number;
  /** The npz whose first test batch is served. */
  processedDataFile: string;
  /** Rows of the batch; fewer where the test split has fewer. */
  batchSize: number;
  engine?: EngineChoice;
}

/** What one model took in a process of its own. */
export interface ModelMemory {
  /** Bytes of the embedding tables as they lie in memory, from the tables themselves. */
  tableBytes: number;
  /** Bytes that the process's resident set grew by, from before the model was loaded to after the batch. */
  residentBytes: number;
  /** The same for the largest resident set that the process ever had. */
  peakResidentBytes: number;
  /** Seconds from the file to a model that can serve. */
  loadTimeSec: number;
  /** Rows of the batch that was served. */
  batchSize: number;
}

/** What a process prints of the model that it served. */
export interface ServedMeasurement {
  memory: ModelMemory;
  /** What ran the network, and why. */
  engine: EngineDescription;
}

const worker = fileURLToPath(new URL('./serve-model.worker.js', import.meta.url));

/**
 * Loads a model in a fresh process, serves one batch, and gives what the process measured of itself.
 *
 * @throws Error with the message of the process, which names the file that could not be loaded or served, or
 *   naming the model when the process was killed (as by a system that runs out of memory).
 */
export async function measureModel(model: ServedModel): Promise<ServedMeasurement> {
  const child = spawn(process.execPath, ['--expose-gc', worker, JSON.stringify(model)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = () => child.kill();
  process.once('exit', stop);
  try {
    const said = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text) => (said.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (said.stderr += text));
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (...ending) => resolve(ending));
    });
    if (code === 0) return JSON.parse(said.stdout) as ServedMeasurement;
    if (code === 1) throw new Error(said.stderr.trim());
    const lastLine = said.stderr.trim().split('\n').at(-1)!;
    throw new Error(
      `${model.path}: the process that served it was ended by ${signal ?? `exit code ${code}`}` +
        (lastLine && `: ${lastLine}`),
    );
  } finally {
    process.removeListener('exit', stop);
  }
}
