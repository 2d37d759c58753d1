import { extname } from 'node:path';
import type { MixedPrecisionTable } from '@ds/data-sparsifier';
import { writePieces, writeWhole } from '@ds/files';
import { checkTensor } from '../../values/float-bytes.js';
import { largestFirst } from '../largest-first.js';
import { safetensorsInput } from '../safetensors-dtypes.js';
import { writeSafetensors, type SafetensorsInput } from '../write-safetensors.js';
import { fbgemmTables } from './fbgemm-tables.js';
import type { MixedStateDict } from './save-mixed-checkpoint.js';

/** Whether this is the name of a remapping, which every table of such a file has. */
export function isRemappingName(name: string): boolean {
  return /\.fbgemm\.(2bit|4bit|byte|float)\.remapping$/.test(name);
}

/**
 * Writes a model for PyTorch's embedding bags, which run FBGEMM's kernels, as `.safetensors`. For each kind of rows in a
 * table (`2bit`, `4bit`, `byte` or `float`) the file has
 * - `NAME.fbgemm.KIND` (U8; F32 for `float`): the rows, in the form of `torch.ops.quantized.embedding_bag_KIND_rowwise_offsets`,
 * - `NAME.fbgemm.KIND.remapping` (I32): for each row of the table, its position among these rows, or -1: the
 *   `compressed_indices_mapping` of that operation.
 *
 * The bag of a table is the sum of the bags of its kinds. Other tensors keep their names.
 *
 * @throws Error naming the file, and a table whose rows PyTorch cannot read, or a tensor that does not match its shape.
 */
export async function saveFbgemmTables(path: string, { tables, tensors }: MixedStateDict): Promise<void> {
  if (extname(path).toLowerCase() !== '.safetensors') {
    throw new Error(
      `${path}: expected tables for FBGEMM to be called .safetensors, found "${extname(path)}"`,
    );
  }
  const inputs = new Map<string, SafetensorsInput>();
  for (const [name, tensor] of Object.entries(tensors)) {
    checkTensor(`${path}: ${name}`, tensor);
    inputs.set(name, safetensorsInput(name, tensor));
  }
  for (const [name, table] of Object.entries(tables)) {
    for (const { kind, rows, rowBytes, remapping } of tablesOf(`${path}: ${name}`, table)) {
      const count = rows.length / rowBytes;
      const { byteLength } = remapping;
      const bytes = [new Uint8Array(remapping.buffer)];
      inputs.set(`${name}.fbgemm.${kind}.remapping`, {
        dtype: 'I32',
        shape: [table.rows],
        byteLength,
        bytes,
      });
      const ofRows = { byteLength: rows.length, bytes: [rows] };
      if (kind === 'float') {
        inputs.set(`${name}.fbgemm.${kind}`, { dtype: 'F32', shape: [count, table.dim], ...ofRows });
      } else {
        inputs.set(`${name}.fbgemm.${kind}`, { dtype: 'U8', shape: [count, rowBytes], ...ofRows });
      }
    }
  }
  await writeWhole(path, (file) =>
    writePieces(file, writeSafetensors(largestFirst(inputs), { format: 'pt' })),
  );
}

function tablesOf(what: string, table: MixedPrecisionTable): ReturnType<typeof fbgemmTables> {
  try {
    return fbgemmTables(table);
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
  }
}
