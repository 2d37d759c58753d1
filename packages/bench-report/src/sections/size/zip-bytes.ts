import type { SparseModelMetadata } from '@ds/bench-models';

/** Bytes of a model's zip: exact, or from the whole MiB where the file has no more (the original's). */
export function zipBytes(row: SparseModelMetadata): number {
  return row.bytes ?? row.zipFileSize * 2 ** 20;
}
