import type { SparseModelMetadata } from '@ds/bench-models';

/** Bytes of a model's zip: exact, or from the whole MiB if the file has only that (like the original's). */
export function zipBytes(row: SparseModelMetadata): number {
  return row.bytes ?? row.zipFileSize * 2 ** 20;
}
