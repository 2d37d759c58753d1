import { modelMetricsSchema, readResultsCsv, type GridPoint, type ModelMetrics } from '@ds/bench-models';
import { isSameModel, modelColumnsOf } from '../../models.js';
import { noValue } from '../../tables/text-table.js';
import { distinctModels } from '@ds/bench-models';
import type { Section } from '../section.js';
import { qualityCharts } from './quality-charts.js';

/** Quality on the test split, from `sparse_model_metrics.csv`. */
export const qualitySection: Section<GridPoint & ModelMetrics> = {
  id: 'quality',
  title: 'Quality',
  needs: 'sparseModelMetrics',
  missing:
    'Quality was not measured in this run (no sparse_model_metrics.csv was given), so its charts are left out.',
  chartIds: ['accuracy', 'roc-auc', 'log-loss'],
  read: async (csvPath) => distinctModels(csvPath, await readResultsCsv(csvPath, modelMetricsSchema)),
  charts: qualityCharts,
  notes: () =>
    'Every pruned model predicts the whole test split (the first half of the seventh day of the data). The predicted label is ' +
    '1 if the probability rounds to 1. The metrics are computed like those of scikit-learn; a metric that is ' +
    'undefined on the data has no value. The pruned models are not retrained.',
  summary: (rows) => ({
    headings: ['accuracy', 'ROC AUC', 'log loss'],
    cells(model) {
      const row = rows.find((other) => isSameModel(other, model));
      return [row?.accuracy, row?.rocAuc, row?.logLoss].map((value) => value?.toFixed(3) ?? noValue);
    },
  }),
  // The files have three decimals by default, and engines add in different orders.
  figures: [
    { heading: 'ROC AUC', value: ({ rocAuc }) => rocAuc, noise: () => 1e-6 },
    { heading: 'accuracy', value: ({ accuracy }) => accuracy, noise: () => 1e-6 },
    { heading: 'log loss', value: ({ logLoss }) => logLoss, noise: () => 1e-6 },
  ],
  tables(rows) {
    const columns = modelColumnsOf(rows);
    return [
      {
        title: 'Quality on the test set',
        table: {
          headings: [...columns.headings, 'precision', 'recall', 'F1', 'ROC AUC', 'accuracy', 'log loss'],
          rows: rows.map((row) => [
            ...columns.cells(row),
            ...[row.precision, row.recall, row.f1, row.rocAuc, row.accuracy, row.logLoss].map(
              (value) => value?.toFixed(4) ?? 'undefined',
            ),
          ]),
        },
      },
    ];
  },
};
