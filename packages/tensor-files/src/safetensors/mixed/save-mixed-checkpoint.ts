import { extname } from 'node:path';
import { isProjectedKind, projectedKinds, type MixedPrecisionTable } from '@ds/data-sparsifier';
import { writePieces, writeWhole } from '@ds/files';
import { checkTensor } from '../../values/float-bytes.js';
import type { CheckpointMetadata } from '../../checkpoints/checkpoint-metadata.js';
import { largestFirst } from '../largest-first.js';
import { safetensorsInput } from '../safetensors-dtypes.js';
import { writeSafetensors, type SafetensorsInput } from '../write-safetensors.js';
import type { StateDict } from '../../state-dict.js';
import { metadataKey, partTensor, type MixedTableDescription } from './mixed-layout.js';

/** A state dict whose embedding tables have rows of several precisions. */
export interface MixedStateDict {
  /** The mixed-precision tables, by the names of the dense ones. */
  tables: Readonly<Record<string, MixedPrecisionTable>>;
  /** All other tensors. */
  tensors: StateDict;
  /** The metadata of the file. Default: none. */
  metadata?: CheckpointMetadata | undefined;
}

/**
 * Writes a checkpoint whose embedding tables stay compressed, as `.safetensors`. Each table becomes tensors called
 * `NAME.mixed.PART` (U8), and the metadata `mixed_precision` has, as JSON by the table's name, its `shape`, the `bits` of its
 * classes of rows, its `index` and, for Elias-Fano coding, its `lowBits`. Bits are numbered from the least significant one. The parts:
 * - `bits`: if the index is `bitmap`, a bit for each row: whether it is stored;
 * - `high`, `low`: if it is `elias-fano`, for each 2^lowBits rows a one for each stored row and then a zero, and the low
 *   bits of each stored row; if it is `all` or `none`, all rows or none are stored, and there is no part;
 * - `classes0`, `classes1`, ...: for each class except the last, a bit for each stored row that is in no earlier class: 0 if
 *   the row is in this class, 1 if it is in a later one;
 * - `rows2`, `rows4`, ...: the rows with this number of bits per value, (rows, bytes of a row): up to 8 bits the codes, a
 *   float16 scale and a float16 minimum; for 16 and 32 bits the values in float16 and float32;
 * - `rows128`, ...: the projected rows of the first kind, ...: their coefficients, packed bit by bit; `steps128`, ...: a float16 for each
 *   coefficient; `basis`: the mean and the directions, (1 + directions, 2 x dim) as float16. The metadata has, as `projected`, the
 *   `coefficientBits` and the number of `rows` of each kind.
 *
 * @throws Error naming the file, and a tensor or table that does not match its shape.
 */
export async function saveMixedCheckpoint(path: string, stateDict: MixedStateDict): Promise<void> {
  if (extname(path).toLowerCase() !== '.safetensors') {
    throw new Error(
      `${path}: expected a mixed-precision checkpoint to be called .safetensors, found "${extname(path)}"`,
    );
  }
  for (const [name, tensor] of Object.entries(stateDict.tensors)) checkTensor(`${path}: ${name}`, tensor);
  await writeWhole(path, (file) => writePieces(file, writeMixedCheckpoint(stateDict)));
}

/** The bytes that `saveMixedCheckpoint` writes, made on demand. */
export async function* writeMixedCheckpoint({
  tables,
  tensors,
  metadata = {},
}: MixedStateDict): AsyncGenerator<Uint8Array> {
  const inputs = new Map<string, SafetensorsInput>();
  for (const [name, tensor] of Object.entries(tensors)) {
    checkTensor(name, tensor);
    inputs.set(name, safetensorsInput(name, tensor));
  }
  const descriptions: Record<string, MixedTableDescription> = {};
  for (const [name, table] of Object.entries(tables)) {
    if (Object.hasOwn(tensors, name))
      throw new Error(`${name}: is both a mixed-precision table and a tensor`);
    const { shape, index, classes, classBits, projection } = table.parts();
    const add = (part: string, bytes: Uint8Array, of: readonly number[] = [bytes.length]) => {
      inputs.set(partTensor(name, part), {
        dtype: 'U8',
        shape: of,
        byteLength: bytes.length,
        bytes: [bytes],
      });
    };
    const bits = classes.map((ofClass) => ofClass.bits);
    if (index.kind === 'bitmap') add('bits', index.bits);
    if (index.kind === 'elias-fano') {
      add('high', index.high);
      add('low', index.low);
    }
    const lowBits = index.kind === 'elias-fano' ? { lowBits: index.lowBits } : {};
    const projected = projection?.kinds.map(({ coefficientBits }, place) => ({
      coefficientBits,
      rows: table.rowsOfBits[projectedKinds[place]!] ?? 0,
    }));
    descriptions[name] = { shape, bits, index: index.kind, ...lowBits, ...(projected ? { projected } : {}) };
    if (projection) {
      const { basis, kinds } = projection;
      add('basis', basis, [basis.length / (2 * table.dim), 2 * table.dim]);
      kinds.forEach(({ steps }, place) => add(`steps${projectedKinds[place]}`, steps));
    }
    classBits.forEach((ofClass, place) => add(`classes${place}`, ofClass));
    for (const { bits: ofClass, rows } of classes) {
      const count = isProjectedKind(ofClass) ? undefined : table.rowsOfBits[ofClass]!;
      add(`rows${ofClass}`, rows, count ? [count, rows.length / count] : [rows.length]);
    }
  }
  yield* writeSafetensors(largestFirst(inputs), {
    ...metadata,
    format: 'pt',
    [metadataKey]: JSON.stringify(descriptions),
  });
}
