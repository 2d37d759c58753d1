import {
  SparseTable,
  TableMemory,
  type EmbeddingTable,
  type MixedPrecisionParts,
  type SparseBitmaps,
} from '@ds/data-sparsifier';
import type { CheckpointMetadata } from './checkpoint-metadata.js';
import { embeddingTableNames } from './names/embedding-tables.js';
import { plainNames } from './names/plain-names.js';
import { openCheckpoint } from './open-checkpoint.js';
import { openMixedTable, partsBytes } from './safetensors/mixed/read-mixed-tables.js';
import type { ModelState, Tensor } from './state-dict.js';

/** Which tables a loaded model gets: those that its file has, or all of one kind. */
export type WantedTables = 'as-stored' | 'dense' | 'sparse';

// What a TableMemory holds, less what the arrays of a batch take.
const largestMemory = 2 ** 32 - 2 ** 28;

/**
 * Reads the tensors of a model: the files of `loadCheckpoint`, and tables that stay sparse or of mixed precision, which
 * become a `SparseTable` or `MixedPrecisionTable` straight from the file, without the dense one. They lie in a memory of the
 * gather kernels: those of a model in one, or each in one of its own where they may exceed its 4 GiB. Names
 * are those of the plain model (`names: 'plain'` of `loadCheckpoint`).
 *
 * @throws Error naming the file, and the tensor or field that is wrong.
 */
export async function loadModelTensors(
  path: string,
  {
    tables = 'as-stored',
    blockWidth = 1,
    memory,
    onNote,
    onMetadata,
  }: {
    /** `dense` expands sparse and mixed-precision tables, `sparse` compresses dense ones. Default: as-stored. */
    tables?: WantedTables;
    /** Values in a block of the tables that are compressed here. Default: 1. */
    blockWidth?: number;
    /** Where sparse and mixed-precision tables go. Default: memories of their own. */
    memory?: TableMemory;
    /** Called with what was done to the names of the tensors, a line each. */
    onNote?: ((note: string) => void) | undefined;
    /** Called with what the file says beside the tensors. */
    onMetadata?: ((metadata: CheckpointMetadata) => void) | undefined;
  } = {},
): Promise<ModelState> {
  const checkpoint = await openCheckpoint(path);
  try {
    const { content, format } = checkpoint;
    let target = memory;
    const memoryOf = (bytes: number) => (target ??= memoryFor(content.source.size)) ?? memoryFor(bytes);
    const sparseTable = (bitmaps: SparseBitmaps, name: string) =>
      withContext(`${content.source.name}: ${name}`, () =>
        SparseTable.fromBitmaps({ ...bitmaps, memory: memoryOf(bytesOf(bitmaps)) }),
      );
    const mixedTable = (parts: MixedPrecisionParts, name: string) =>
      openMixedTable(content.source, name, parts, { memory: memoryOf(partsBytes(parts)) });
    const tableOf = tables === 'dense' ? {} : { sparseTable, mixedTable };
    const stored: ModelState = await format.read<EmbeddingTable>(content, {
      isShared: () => false,
      inPlace: true,
      onMetadata,
      ...tableOf,
    });
    const { state, notes } = plainNames(stored, path);
    notes.forEach((note) => onNote?.(`${path}: ${note}`));
    if (tables === 'sparse') compressTables(state, { path, blockWidth, memory });
    return state;
  } finally {
    await checkpoint.close();
  }
}

/** Makes each dense table of the state sparse. The dense ones are let go one by one. */
function compressTables(
  state: ModelState,
  { path, blockWidth, memory }: { path: string; blockWidth: number; memory?: TableMemory },
): void {
  const dense = embeddingTableNames(state).flatMap((name) => {
    const table = state[name]!;
    return 'data' in table ? [{ name, bytes: table.data.byteLength }] : [];
  });
  if (dense.length === 0) return;
  const target = memory ?? memoryFor(dense.reduce((sum, { bytes }) => sum + bytes, 0));
  for (const { name } of dense) {
    const table = state[name] as Tensor;
    state[name] = withContext(`${path}: ${name}`, () =>
      SparseTable.fromDense({ table, blockWidth, memory: target ?? memoryFor(table.data.byteLength) }),
    );
  }
}

function bytesOf({ rowBits, blockBits, values }: SparseBitmaps): number {
  return rowBits.byteLength + blockBits.byteLength + values.byteLength;
}

/** A memory for tables of so many bytes in a file or dense; undefined where they may not fit into one. */
function memoryFor(bytes: number): TableMemory | undefined {
  // Bitmaps gain ranks, at most half of their size; a dense table gains a bit or two for each value.
  return 1.5 * bytes <= largestMemory ? new TableMemory() : undefined;
}

/** Does what may throw; the error's message then begins with `what`. */
function withContext<Result>(what: string, make: () => Result): Result {
  try {
    return make();
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
  }
}
