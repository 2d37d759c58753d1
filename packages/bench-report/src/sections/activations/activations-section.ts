import { activationSparsitySchema, distinctRows, readResultsCsv } from '@ds/bench-models';
import { formatKnown, noValue } from '../../tables/text-table.js';
import type { Section } from '../section.js';
import {
  activationAucCharts,
  activationTimeCharts,
  activationVariantsIn,
  sparsifiedInputs,
  type ActivationRow,
} from './activations-charts.js';

/** Quality and forward time without some activations, from `activation_sparsity.csv`. */
export const activationsSection: Section<ActivationRow> = {
  id: 'activations',
  title: 'Sparse activations',
  needs: 'activationSparsity',
  missing:
    'Sparse activations were not measured in this run (no activation_sparsity.csv was given), so their charts are left out.',
  chartIds: ['activation-auc', 'activation-time'],
  read: async (csvPath) =>
    distinctRows(csvPath, await readResultsCsv(csvPath, activationSparsitySchema), rowTitle),
  charts: (rows) => [...activationAucCharts(rows), ...activationTimeCharts(rows)],
  notes(rows) {
    const { runs, batchSize } = rows[0]!;
    return (
      `Columns of ${sparsifiedInputs(rows)} are dropped (z enters the first top layer): those that count least by a score, ` +
      'which is taken on a sample of the training split. Masked: a hook multiplies them by 0 or 1. Folded: a smaller model ' +
      'without these columns and what computes them; with means, what is dropped is ' +
      'replaced by its mean. Quality is that of the whole test split; nothing is trained again. The first batch of the ' +
      `test split (${batchSize} rows) passes through the dense model and this one in turn, ${runs} times each, the first ` +
      'not counted; the speed-up is the median of the ratios of the two times.'
    );
  },
  rowTitle,
  figures: [
    {
      heading: 'ROC AUC',
      value: ({ rocAuc }) => rocAuc,
      // Sums of float32 values in another order.
      noise: () => 1e-6,
    },
    {
      heading: 'speed-up',
      value: ({ speedup }) => speedup,
      // A ratio of two times that were taken in turn.
      noise: ({ speedup = 0 }) => speedup / 10,
    },
  ],
  // Its models are not those of the grid.
  summary: () => ({ headings: [], cells: () => [] }),
  tables(rows) {
    const names = new Map(activationVariantsIn(rows).map(({ dlrmType, name }) => [dlrmType, name]));
    const inTenThousandths = (value: number | undefined) =>
      value === undefined ? noValue : (1e4 * value).toFixed(2);
    return [
      {
        title: 'Sparse activations',
        table: {
          headings: [
            ...[
              'tables',
              'score',
              'level',
              'model',
              'columns',
              'pairs',
              'tables used',
              'ROC AUC',
              'change, 1e-4',
            ],
            ...['log loss', 'accuracy', 'ms a batch', 'dense, ms', 'speed-up'],
          ],
          rows: rows.map((row) => [
            row.tables,
            row.score,
            String(row.sparsityLevel),
            names.get(row.dlrmType)!,
            ...[row.keptFeatures, row.keptPairs, row.usedTables].map(String),
            row.rocAuc?.toFixed(5) ?? noValue,
            inTenThousandths(row.rocAucChange),
            row.logLoss?.toFixed(5) ?? noValue,
            row.accuracy.toFixed(4),
            formatKnown(row.timeTaken, 1000),
            formatKnown(row.denseTimeTaken, 1000),
            row.speedup?.toFixed(3) ?? noValue,
          ]),
        },
      },
    ];
  },
};

function rowTitle({ tables, score, sparsityLevel }: ActivationRow): string {
  return `tables ${tables}, score ${score}, level ${sparsityLevel}`;
}
