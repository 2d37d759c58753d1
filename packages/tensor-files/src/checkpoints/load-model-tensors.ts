import {
  SparseTable,
  TableMemory,
  type EmbeddingTable,
  type MixedPrecisionParts,
  type SparseBitmaps,
} from '@ds/data-sparsifier';
import type { CheckpointMetadata } from './checkpoint-metadata.js';
import { embeddingTableNames } from '../names/embedding-tables.js';
import { plainNames } from '../names/plain-names.js';
import { openCheckpoint } from './open-checkpoint.js';
import { openMixedTable, partsBytes } from '../safetensors/mixed/read-mixed-tables.js';
import type { ModelState, Tensor } from '../state-dict.js';

/** The kind of tables in a loaded model: as in its file, or all of one kind. */
export type WantedTables = 'as-stored' | 'dense' | 'sparse';

// The size of a TableMemory, minus space for the arrays of a batch.
const largestMemory = 2 ** 32 - 2 ** 28;

/**
 * Reads the tensors of a model from the files of `loadCheckpoint`. Sparse and mixed-precision tables are read directly as
 * `SparseTable` or `MixedPrecisionTable`, without becoming dense in between. They are in a memory of the gather kernels: all
 * tables of a model in one, or each in its own if they might exceed its 4 GiB. Names are those of the plain model
 * (`names: 'plain'` of `loadCheckpoint`).
 *
 * @throws Error naming the file, and an invalid tensor or field.
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
    /** Values in a block, for dense tables that are compressed. Default: 1. */
    blockWidth?: number;
    /** The memory for sparse and mixed-precision tables. Default: new memories. */
    memory?: TableMemory;
    /** Called with notes on tensors that are read in another form than the file's, one line each. */
    onNote?: ((note: string) => void) | undefined;
    /** Called with the metadata of the file. */
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
      onNote: (note) => onNote?.(`${path}: ${note}`),
      onMetadata,
      ...tableOf,
    });
    const { state, notes } = plainNames(stored, path);
    notes.forEach((note) => onNote?.(`${path}: ${note}`));
    if (tables === 'sparse') makeTablesSparse(state, { source: path, blockWidth, memory });
    return state;
  } finally {
    await checkpoint.close();
  }
}

/**
 * Converts each dense table of the state to a sparse one, freeing the dense tables one by one.
 *
 * @throws Error naming the source and the table if its dimension is no multiple of the block's width
 */
export function makeTablesSparse(
  state: ModelState,
  {
    source,
    blockWidth,
    memory,
  }: {
    /** What errors call the model. */
    source: string;
    /** Values in a block. */
    blockWidth: number;
    /** Default: new memories. */
    memory?: TableMemory | undefined;
  },
): void {
  const dense = embeddingTableNames(state).flatMap((name) => {
    const table = state[name]!;
    return 'data' in table ? [{ name, bytes: table.data.byteLength }] : [];
  });
  if (dense.length === 0) return;
  const target = memory ?? memoryFor(dense.reduce((sum, { bytes }) => sum + bytes, 0));
  for (const { name } of dense) {
    const table = state[name] as Tensor;
    state[name] = withContext(`${source}: ${name}`, () =>
      SparseTable.fromDense({ table, blockWidth, memory: target ?? memoryFor(table.data.byteLength) }),
    );
  }
}

function bytesOf({ rowBits, blockBits, values }: SparseBitmaps): number {
  return rowBits.byteLength + blockBits.byteLength + values.byteLength;
}

/** A memory for tables with this many bytes in a file or as dense tables; undefined if they might not fit. */
export function memoryFor(bytes: number): TableMemory | undefined {
  // Ranks add at most half of the bitmaps' size; sparse storage adds a bit or two per value to a dense table.
  return 1.5 * bytes <= largestMemory ? new TableMemory() : undefined;
}

/** Calls `make`, and prefixes the message of an error with `what`. */
function withContext<Result>(what: string, make: () => Result): Result {
  try {
    return make();
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
  }
}
