import { extname } from 'node:path';
import { appendTo, writeWhole } from '@ds/files';
import type { StateDict } from '../../state-dict.js';
import { bytesOfTensor, checkTensor } from '../float-bytes.js';
import { writeSafetensors, type SafetensorsInput } from '../safetensors/write-safetensors.js';
import { checkBitmaps, type SparseTableLike } from './sparse-bitmaps.js';

/** A state dict whose embedding tables are sparse. */
export interface SparseStateDict<Table = SparseTableLike> {
  /** The sparse tables, by the name that the dense ones have. */
  tables: Readonly<Record<string, Table>>;
  /** Everything else. */
  tensors: StateDict;
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
 * and `row_offsets`; at 99 % sparsity these alone would take more than the values, so rows without values have
 * one bit here, bits are of blocks, and the offsets, which follow from the bits, are left out.
 *
 * @throws Error naming the file, and the tensor or table that does not fit its shape.
 */
export async function saveSparseCheckpoint(path: string, stateDict: SparseStateDict): Promise<void> {
  if (extname(path).toLowerCase() !== '.safetensors') {
    throw new Error(
      `${path}: expected a sparse checkpoint to be called .safetensors, found "${extname(path)}"`,
    );
  }
  for (const [name, tensor] of Object.entries(stateDict.tensors)) checkTensor(`${path}: ${name}`, tensor);
  await writeWhole(path, async (file) => {
    const append = appendTo(file);
    for await (const piece of writeSparseCheckpoint(stateDict)) await append(piece);
  });
}

/** The bytes that `saveSparseCheckpoint` writes, as they are made. */
export async function* writeSparseCheckpoint({
  tables,
  tensors,
}: SparseStateDict): AsyncGenerator<Uint8Array> {
  // Larger elements first, so that all stand at multiples of their size.
  const eights: [string, SafetensorsInput][] = [];
  const fours: [string, SafetensorsInput][] = [];
  const ones: [string, SafetensorsInput][] = [];
  for (const [name, table] of Object.entries(tables)) {
    if (Object.hasOwn(tensors, name)) throw new Error(`${name}: is both a sparse table and a tensor`);
    const { rows, dim, blockWidth } = table;
    const { rowBits, blockBits, values } = table.bitmaps();
    try {
      checkBitmaps({ rows, dim, blockWidth, rowBits, blockBits, values });
    } catch (error) {
      throw new Error(`${name}.${(error as Error).message}`, { cause: error });
    }
    eights.push([`${name}.shape`, integers([rows, dim])]);
    eights.push([`${name}.block_shape`, integers([1, blockWidth])]);
    fours.push([`${name}.compressed`, floats({ data: values, shape: [values.length] })]);
    ones.push([`${name}.row_bitmask`, bitmap(rowBits)], [`${name}.bitmask`, bitmap(blockBits)]);
  }
  for (const [name, tensor] of Object.entries(tensors)) {
    checkTensor(name, tensor);
    fours.push([name, floats(tensor)]);
  }
  yield* writeSafetensors(new Map([...eights, ...fours, ...ones]), { format: 'pt', sparse: 'row-bitmask' });
}

function integers(values: readonly number[]): SafetensorsInput {
  const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
  return { dtype: 'I64', shape: [values.length], byteLength: bytes.length, bytes: [bytes] };
}

function floats(tensor: { data: Float32Array; shape: readonly number[] }): SafetensorsInput {
  const { data, shape } = tensor;
  return { dtype: 'F32', shape, byteLength: data.byteLength, bytes: bytesOfTensor(tensor) };
}

function bitmap(bytes: Uint8Array): SafetensorsInput {
  return { dtype: 'U8', shape: [bytes.length], byteLength: bytes.length, bytes: [bytes] };
}
