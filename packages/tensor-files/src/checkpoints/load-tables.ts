import { checkFinite } from '../values/check-finite.js';
import type { CheckpointMetadata } from './checkpoint-metadata.js';
import { loadCheckpoint } from './load-checkpoint.js';
import { selectTables } from '../names/embedding-tables.js';
import type { StateDict } from '../state-dict.js';

/** A model whose tables are to be pruned or compressed. */
export interface LoadedTables {
  /** All tensors, by their names in the plain model (`names: 'plain'` of `loadCheckpoint`). */
  stateDict: StateDict;
  /** Names of the selected tables, each over a SharedArrayBuffer. */
  names: readonly string[];
  /** The metadata of the file. */
  metadata: CheckpointMetadata;
}

/**
 * Reads a checkpoint and selects the tables to prune or compress, as `selectTables` does.
 *
 * @throws Error naming the file, and what is wrong: a tensor or field that cannot be read, a value that is NaN or infinite,
 *   no table, or a table without rows.
 */
export async function loadTables(
  path: string,
  {
    tables,
    onNote,
  }: {
    /** Names of the tables; `*` stands for any characters. Default: the tables recognised by name. */
    tables?: readonly string[] | undefined;
    /** Called with notes on the checkpoint for the user, one line each. */
    onNote?: ((note: string) => void) | undefined;
  } = {},
): Promise<LoadedTables> {
  let metadata: CheckpointMetadata = {};
  const stateDict = await loadCheckpoint(path, {
    ...{ shared: true, names: 'plain', onNote },
    onMetadata: (found) => void (metadata = found),
  });
  checkFinite(stateDict, path);
  const { names, notes } = selectTables({ stateDict, patterns: tables, source: path });
  notes.forEach((note) => onNote?.(`${path}: ${note}`));
  for (const name of names) {
    const { data, shape } = stateDict[name]!;
    if (data.length > 0) continue;
    throw new Error(
      `${path}: ${name}: expected a table of at least one row, found shape (${shape.join(', ')})`,
    );
  }
  return { stateDict: withSharedTables(stateDict, names), names, metadata };
}

/** Moves tables to shared memory for threads: tables selected only by a pattern were not read into it. */
function withSharedTables(stateDict: StateDict, names: readonly string[]): StateDict {
  const shared = { ...stateDict };
  for (const name of names) {
    const { data, ...table } = stateDict[name]!;
    if (data.buffer instanceof SharedArrayBuffer) continue;
    const copy = new Float32Array(new SharedArrayBuffer(data.byteLength) as unknown as ArrayBuffer);
    copy.set(data);
    shared[name] = { ...table, data: copy };
  }
  return shared;
}
