import { readText } from '@ds/files';
import type { Machine } from './machine.js';

/** What a report says about the run in addition to its tables. */
export interface RunInfo {
  /** Settings of the run, by name. */
  settings?: Record<string, string | number | boolean>;
  /** The machine that ran the benchmarks. Default: the machine that makes the report, labelled as such. */
  machine?: Machine;
  /** Notes on this run, one sentence each: what was left out, what differs from the default. */
  notes?: readonly string[];
  /** SHA-256 of each file of the run, by its name in the run's folder or as an input. */
  sha256?: Record<string, string>;
}

/**
 * Reads a `run.json`: an object with the fields of `RunInfo`.
 *
 * @throws Error naming the file and the field if it cannot be read or has another form.
 */
export async function readRunInfo(path: string): Promise<RunInfo> {
  const text = await readText(path, { mostBytes: 1 << 20 });
  let info: unknown;
  try {
    info = JSON.parse(text);
  } catch (error) {
    throw new Error(`${path}: not JSON: ${(error as Error).message}`, { cause: error });
  }
  if (!isObject(info)) throw new Error(`${path}: expected an object with settings, machine and notes`);
  const { settings, machine, notes, sha256 } = info;
  const isPlain = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value);
  if (settings !== undefined && !(isObject(settings) && Object.values(settings).every(isPlain)))
    throw new Error(`${path}: settings: expected an object of texts, numbers and booleans`);
  for (const [name, texts] of Object.entries({ machine, sha256 })) {
    if (
      texts !== undefined &&
      !(isObject(texts) && Object.values(texts).every((value) => typeof value === 'string'))
    )
      throw new Error(`${path}: ${name}: expected an object of texts`);
  }
  if (notes !== undefined && !(Array.isArray(notes) && notes.every((note) => typeof note === 'string')))
    throw new Error(`${path}: notes: expected a list of texts`);
  return { settings, machine, notes, sha256 } as RunInfo;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
