import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { readPackedMetadata, type CheckpointMetadata } from '@ds/tensor-files';
import { pointColumns, pointMetadata, sourceKey } from './dump-identity.js';
import { gridPointOf } from './grid-point-schema.js';
import type { SparseModelMetadata } from './metadata.js';

const advice = 'the file is of another run; run bench-disk again';

/**
 * Checks that models' files belong to their CSV, as far as their metadata says: after an interrupted run over an earlier
 * dump, the files are not all from one run. Each must have the size in the CSV, be the model of its row, and have the same
 * source model as the CSV says and as the others. A missing file is left to its reader, a model that was not kept to its maker.
 *
 * @throws Error naming a file that does not belong to the CSV.
 */
export async function checkDumpedFiles(
  csvPath: string,
  models: readonly { model: SparseModelMetadata; tables: 'dense' | 'sparse' }[],
): Promise<void> {
  let first: { path: string; source: string | undefined } | undefined;
  const checked = new Set<string>();
  for (const { model, tables } of models) {
    const { path, bytes } = dumpedFile(model, { tables });
    if (path === undefined) continue;
    const found = await stat(path).catch(() => undefined);
    if (!found || checked.has(path)) continue;
    checked.add(path);
    if (bytes !== undefined && found.size !== bytes) {
      throw new Error(`${path}: expected ${bytes} bytes, as ${csvPath} says, found ${found.size}: ${advice}`);
    }
    if (extname(path).toLowerCase() !== '.zip') continue;
    const metadata = await readPackedMetadata(path);
    const { [sourceKey]: source } = metadata;
    const ofCsv = model.sourceSha256 === undefined ? undefined : { path: csvPath, source: model.sourceSha256 };
    first ??= ofCsv ?? { path, source };
    const expected = [ofCsv ?? first, first].find((known) => known.source !== source);
    if (expected) {
      throw new Error(
        `${path}: expected a model made of ${named(expected.source)}, as ${expected.path}, found ${named(source)}: ${advice}`,
      );
    }
    checkPoint(csvPath, model, path, metadata);
  }
}

/** @throws Error if a file's metadata names another model than its row. */
function checkPoint(
  csvPath: string,
  model: SparseModelMetadata,
  path: string,
  metadata: CheckpointMetadata,
): void {
  const expected = pointMetadata(gridPointOf(model));
  if (metadata[pointColumns[0]!] === undefined) return;
  for (const column of pointColumns) {
    if (metadata[column] === expected[column]) continue;
    throw new Error(
      `${path}: expected ${column} ${expected[column] ?? 'none'}, as ${csvPath} says, ` +
        `found ${metadata[column] ?? 'none'}: ${advice}`,
    );
  }
}

function dumpedFile(
  { path, bytes, sparsePath, sparseBytes }: SparseModelMetadata,
  { tables }: { tables: 'dense' | 'sparse' },
): { path: string | undefined; bytes: number | undefined } {
  const isSparse = tables === 'sparse' && sparsePath !== undefined;
  return isSparse ? { path: sparsePath, bytes: sparseBytes } : { path, bytes };
}

/** A model by its fingerprint, in a message. */
function named(fingerprint: string | undefined): string {
  return fingerprint === undefined ? 'one that it does not name' : `the model ${fingerprint.slice(0, 12)}...`;
}
