import { extname } from 'node:path';
import { writePieces, writeWhole } from '@ds/files';
import type { CheckpointMetadata } from '../../checkpoints/checkpoint-metadata.js';
import type { StateDict } from '../../state-dict.js';
import { bytesOfTensor, checkTensor } from '../../values/float-bytes.js';
import { largestFirst } from '../largest-first.js';
import { safetensorsInput } from '../safetensors-dtypes.js';
import { writeSafetensors, type SafetensorsInput } from '../write-safetensors.js';
import { checkSparseFields, type SparseTableLike } from './sparse-table-like.js';

/** A state dict whose embedding tables are sparse. */
export interface SparseStateDict<Table = SparseTableLike> {
  /** The sparse tables, by the names of the dense ones. */
  tables: Readonly<Record<string, Table>>;
  /** All other tensors. */
  tensors: StateDict;
  /** The metadata of the file. Default: none. */
  metadata?: CheckpointMetadata | undefined;
}

/**
 * Writes a checkpoint whose embedding tables stay sparse, as `.safetensors`. Each table becomes
 * - `NAME.compressed` (F32): the kept blocks' values, row by row,
 * - `NAME.bitmask` (U8): a bit per block of the rows that are stored, least significant first,
 * - `NAME.row_bitmask` (U8): a bit per row: whether any of its blocks is kept,
 * - `NAME.shape` and `NAME.block_shape` (I64): (rows, dim) and (1, block width).
 *
 * The names `compressed`, `bitmask` and `shape` and the order of bits are those of the sparse-bitmask format of
 * compressed-tensors (https://github.com/vllm-project/compressed-tensors). That format has a bit for every value
 * and `row_offsets`; at 99 % sparsity these alone would take more than the values. Here a row without values takes only
 * one bit, other bits are for blocks, and the offsets, which follow from the bits, are left out.
 *
 * @throws Error naming the file, and a tensor or table that does not match its shape.
 */
export async function saveSparseCheckpoint(path: string, stateDict: SparseStateDict): Promise<void> {
  if (extname(path).toLowerCase() !== '.safetensors') {
    throw new Error(
      `${path}: expected a sparse checkpoint to be called .safetensors, found "${extname(path)}"`,
    );
  }
  for (const [name, tensor] of Object.entries(stateDict.tensors)) checkTensor(`${path}: ${name}`, tensor);
  await writeWhole(path, (file) => writePieces(file, writeSparseCheckpoint(stateDict)));
}

/** The bytes that `saveSparseCheckpoint` writes, made on demand. */
export async function* writeSparseCheckpoint({
  tables,
  tensors,
  metadata = {},
}: SparseStateDict): AsyncGenerator<Uint8Array> {
  const inputs = new Map<string, SafetensorsInput>();
  for (const [name, table] of Object.entries(tables)) {
    if (Object.hasOwn(tensors, name)) throw new Error(`${name}: is both a sparse table and a tensor`);
    const { rows, dim, blockWidth, storedRows, keptBlocks } = table;
    const values = keptBlocks * blockWidth;
    const rowBitmask = { byteLength: Math.ceil(rows / 8), bytes: [] as Uint8Array[] };
    const bitmask = {
      byteLength: Math.ceil((storedRows * Math.ceil(dim / blockWidth)) / 8),
      bytes: [] as Uint8Array[],
    };
    // The values, nearly all of the table, are made only now; the bits are kept until they are written.
    const compressed = function* () {
      const bitmaps = table.bitmaps();
      checkSparseFields(name, { rows, dim, blockWidth, ...bitmaps });
      if (bitmaps.blockBits.length !== bitmask.byteLength) {
        throw new Error(
          `${name}.bitmask: expected ${bitmask.byteLength} bytes for ${storedRows} stored rows, found ${bitmaps.blockBits.length}`,
        );
      }
      rowBitmask.bytes.push(bitmaps.rowBits.slice());
      bitmask.bytes.push(bitmaps.blockBits.slice());
      yield* bytesOfTensor(`${name}.compressed`, { data: bitmaps.values, shape: [values] });
    };
    inputs.set(`${name}.shape`, integers([rows, dim]));
    inputs.set(`${name}.block_shape`, integers([1, blockWidth]));
    // Larger elements come first in the file, so the values are made before the bits are written.
    inputs.set(`${name}.compressed`, {
      ...{ dtype: 'F32', shape: [values], byteLength: 4 * values },
      bytes: compressed(),
    });
    for (const [field, bits] of [
      ['row_bitmask', rowBitmask],
      ['bitmask', bitmask],
    ] as const) {
      inputs.set(`${name}.${field}`, { dtype: 'U8', shape: [bits.byteLength], ...bits });
    }
  }
  for (const [name, tensor] of Object.entries(tensors)) {
    checkTensor(name, tensor);
    inputs.set(name, safetensorsInput(name, tensor));
  }
  yield* writeSafetensors(largestFirst(inputs), {
    ...metadata,
    format: 'pt',
    sparse: 'row-bitmask',
  });
}

function integers(values: readonly number[]): SafetensorsInput {
  const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
  return { dtype: 'I64', shape: [values.length], byteLength: bytes.length, bytes: [bytes] };
}
