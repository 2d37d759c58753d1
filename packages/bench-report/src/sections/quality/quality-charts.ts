import { aucChangeText, isUnpruned, type GridPoint, type ModelMetrics } from '@ds/bench-models';
import type { Chart, Line } from '../../drawing/chart.js';
import { knownDecimals } from './known-decimals.js';
import { curvesOf, describeLevels, levelsOf, withLevels } from '../../models.js';

/** The metrics that have a chart. */
const drawnMetrics = [
  {
    field: 'accuracy',
    id: 'accuracy',
    title: 'Accuracy',
    valueLabel: 'Accuracy on the test set',
    reading: 'higher is better',
  },
  {
    field: 'rocAuc',
    id: 'roc-auc',
    title: 'ROC AUC',
    valueLabel: 'ROC AUC on the test set',
    reading: 'higher is better',
  },
  {
    field: 'logLoss',
    id: 'log-loss',
    title: 'Log loss',
    valueLabel: 'Log loss on the test set',
    unit: 'nats',
    reading: 'lower is better',
  },
] as const;

/**
 * Charts of accuracy, ROC AUC and log loss against sparsity level, with one line for each norm and block shape. A metric
 * that is undefined in all rows has no chart.
 */
export function qualityCharts(quality: readonly (GridPoint & ModelMetrics)[]): Chart[] {
  const decimals = knownDecimals(quality);
  return drawnMetrics.flatMap(({ field, ...about }) => {
    const lines: Line[] = curvesOf(withLevels(quality))
      .map(({ name, dashed, rows }, index) => ({
        name,
        style: index,
        dashed,
        points: rows.flatMap((row) => {
          const value = row[field];
          return value === undefined ? [] : [{ place: row.sparsityLevel, value, ...detailsOf(field, row) }];
        }),
      }))
      .filter(({ points }) => points.length > 0);
    if (lines.length === 0) return [];
    const dense = quality.find(isUnpruned)?.[field];
    const ranges = lines.map(
      ({ name, points }) =>
        `${name}: ${points[0]!.value.toFixed(decimals)} to ${points.at(-1)!.value.toFixed(decimals)}`,
    );
    return [
      {
        ...about,
        description:
          `${about.title} of the pruned models at sparsity levels ${describeLevels(levelsOf(quality))}, one line for ` +
          `each norm and block shape, from the lowest level to the highest. ${ranges.join('; ')}.`,
        fromZero: false,
        decimals,
        ...(dense === undefined
          ? {}
          : { reference: { label: `not pruned: ${dense.toFixed(decimals)}`, value: dense } }),
        panels: [{ lines }],
      },
    ];
  });
}

function detailsOf(
  field: (typeof drawnMetrics)[number]['field'],
  { rocAucChange, rocAucChangeLower, rocAucChangeUpper }: ModelMetrics,
): { details?: string[] } {
  if (field !== 'rocAuc' || rocAucChange === undefined) return {};
  if (rocAucChangeLower === undefined || rocAucChangeUpper === undefined) return {};
  const change = aucChangeText({
    aucChange: rocAucChange,
    aucChangeLower: rocAucChangeLower,
    aucChangeUpper: rocAucChangeUpper,
  });
  return { details: [`change ${change}`] };
}
