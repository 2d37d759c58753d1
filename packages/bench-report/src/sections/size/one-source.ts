import { modelTitle, type SparseModelMetadata } from '@ds/bench-models';

/**
 * Checks that all models were made of one model, as far as the file says, and returns them.
 *
 * @throws Error naming the file, and two models with their sources.
 */
export function oneSource(csvPath: string, rows: SparseModelMetadata[]): SparseModelMetadata[] {
  const [first] = rows;
  const other = rows.find(({ sourceSha256 }) => sourceSha256 !== first!.sourceSha256);
  if (!other) return rows;
  const [one, two] = [first!, other].map(
    (row) =>
      `${row.sourceSha256 === undefined ? 'none' : `${row.sourceSha256.slice(0, 12)}...`} of ${modelTitle(row)}`,
  );
  throw new Error(`${csvPath}: expected models with one source_sha256, found ${one} and ${two}`);
}
