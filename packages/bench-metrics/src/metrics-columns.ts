import { formatPythonFloat, gridPointColumns, type GridPoint, type ResultsColumn } from '@ds/bench-models';
import type { BinaryClassificationMetrics } from '@ds/dlrm/metrics';
import { roundDecimals } from './round-decimals.js';

/** Quality of one pruned model: a row of `sparse_model_metrics.csv`, not rounded. */
export interface SparseModelMetrics extends GridPoint, BinaryClassificationMetrics {}

/**
 * The columns of `sparse_model_metrics.csv`: the original's, then our own. A metric that is undefined is an
 * empty cell. `decimals`: round to that many, as Python rounds; more than 20: every digit.
 */
export function metricsColumns(decimals: number): ResultsColumn<SparseModelMetrics>[] {
  const metric = (
    name: string,
    key: keyof BinaryClassificationMetrics,
  ): ResultsColumn<SparseModelMetrics> => ({
    name,
    cell: ({ [key]: value }) => {
      if (value === undefined) return '';
      return formatPythonFloat(decimals > 20 ? value : roundDecimals(value, decimals));
    },
  });
  return [
    ...gridPointColumns,
    metric('precision', 'precision'),
    metric('recall', 'recall'),
    metric('f1', 'f1'),
    metric('roc_auc', 'rocAuc'),
    metric('accuracy', 'accuracy'),
    metric('log_loss', 'logLoss'),
    metric('average_precision', 'averagePrecision'),
    metric('normalized_entropy', 'normalizedEntropy'),
  ];
}
