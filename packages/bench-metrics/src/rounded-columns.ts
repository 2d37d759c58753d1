import type { ModelMetrics, ResultsColumn } from '@ds/bench-models';
import { roundDecimals } from './round-decimals.js';

/** The columns with metrics rounded to `decimals` like in Python; more than 20 means every digit. */
export function roundedColumns(
  columns: readonly ResultsColumn<ModelMetrics>[],
  decimals: number,
): readonly ResultsColumn<ModelMetrics>[] {
  if (decimals > 20) return columns;
  const rounded = (metrics: ModelMetrics): ModelMetrics =>
    Object.fromEntries(
      Object.entries(metrics as Record<string, unknown>).map(([name, value]) => [
        name,
        typeof value === 'number' ? roundDecimals(value, decimals) : value,
      ]),
    );
  return columns.map(({ name, cell }) => ({ name, cell: (metrics) => cell(rounded(metrics)) }));
}
