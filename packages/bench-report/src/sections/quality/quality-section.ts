import {
  distinctModels,
  readModelMetrics,
  tenThousandths,
  type GridPoint,
  type ModelMetrics,
} from '@ds/bench-models';
import { isSameModel, modelColumnsOf } from '../../models.js';
import { noValue } from '../../tables/text-table.js';
import type { Section } from '../section.js';
import { knownDecimals, originalMetrics } from './known-decimals.js';
import { qualityCharts } from './quality-charts.js';

/** Quality on the test split, from `sparse_model_metrics.csv`. */
export const qualitySection: Section<GridPoint & ModelMetrics> = {
  id: 'quality',
  title: 'Quality',
  needs: 'sparseModelMetrics',
  isOfGrid: true,
  missing:
    'Quality was not measured in this run (no sparse_model_metrics.csv was given), so its charts are left out.',
  chartIds: ['accuracy', 'roc-auc', 'log-loss'],
  read: async (csvPath) => distinctModels(csvPath, await readModelMetrics(csvPath)),
  charts: qualityCharts,
  notes: () =>
    'Every pruned model predicts the whole test split (the first half of the last day of the data). The predicted label is ' +
    '1 if the probability rounds to 1. The metrics are computed like those of scikit-learn; a metric that is ' +
    'undefined on the data has no value. The pruned models are not retrained. A change of ROC AUC is that against the ' +
    'unpruned model on the same rows, with DeLong’s 95 % interval for paired curves.',
  summary: (rows) => ({
    headings: ['ROC AUC', 'log loss', 'accuracy'],
    cells(model) {
      const row = rows.find((other) => isSameModel(other, model));
      const decimals = knownDecimals(rows);
      return [row?.rocAuc, row?.logLoss, row?.accuracy].map((value) => value?.toFixed(decimals) ?? noValue);
    },
  }),
  // Engines add in different orders.
  figures: [
    { heading: 'ROC AUC', value: ({ rocAuc }) => rocAuc, noise: () => 1e-6 },
    { heading: 'accuracy', value: ({ accuracy }) => accuracy, noise: () => 1e-6 },
    { heading: 'log loss', value: ({ logLoss }) => logLoss, noise: () => 1e-6 },
  ],
  tables(rows) {
    const columns = modelColumnsOf(rows);
    const decimals = knownDecimals(rows);
    const hasChange = rows.some(({ rocAucChange }) => rocAucChange !== undefined);
    return [
      {
        title: 'Quality on the test set',
        table: {
          headings: [
            ...[...columns.headings, 'precision', 'recall', 'F1', 'ROC AUC', 'accuracy', 'log loss'],
            ...(hasChange ? ['AUC change, 1e-4', '95 % from', 'to'] : []),
          ],
          rows: rows.map((row) => [
            ...columns.cells(row),
            ...originalMetrics.map((field) => row[field]?.toFixed(decimals) ?? 'undefined'),
            ...(hasChange ? changeCells(row) : []),
          ]),
        },
      },
    ];
  },
};

function changeCells({ rocAucChange, rocAucChangeLower, rocAucChangeUpper }: ModelMetrics): string[] {
  if (rocAucChange === undefined || rocAucChangeLower === undefined || rocAucChangeUpper === undefined) {
    return [noValue, noValue, noValue];
  }
  const { value, lower, upper } = tenThousandths({
    aucChange: rocAucChange,
    aucChangeLower: rocAucChangeLower,
    aucChangeUpper: rocAucChangeUpper,
  });
  return [value, lower, upper];
}
