import type { ModelMetrics } from '@ds/bench-models';

/** The metrics of the original. */
export const originalMetrics = ['precision', 'recall', 'f1', 'rocAuc', 'accuracy', 'logLoss'] as const;

/** Decimals of the metrics as they were read, 4 at most: a file of the original has 3. */
export function knownDecimals(rows: readonly ModelMetrics[]): number {
  const values = rows.flatMap((row) => originalMetrics.flatMap((field) => row[field] ?? []));
  return Math.min(4, Math.max(0, ...values.map((value) => String(value).split('.')[1]?.length ?? 0)));
}
