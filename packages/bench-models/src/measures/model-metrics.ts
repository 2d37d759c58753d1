import type { GridPoint } from '../methods/grid-point.js';
import { float } from '../results/cell-types.js';
import { modelSchema } from '../results/grid-point-schema.js';
import { columnsOf, type ResultsSchema } from '../results/results-schema.js';

/** The quality of a model on the test split; undefined where scikit-learn defines no value, for example with a single class. */
export interface ModelMetrics {
  /** True positives / predicted positives. */
  precision?: number | undefined;
  /** True positives / positives. */
  recall?: number | undefined;
  /** The harmonic mean of precision and recall. */
  f1?: number | undefined;
  /** Area under the ROC curve. */
  rocAuc?: number | undefined;
  /** Fraction of correct predictions. */
  accuracy?: number | undefined;
  /** Mean negative log likelihood, in nats. */
  logLoss?: number | undefined;
  /** Area under the precision-recall curve; not in files of the original. */
  averagePrecision?: number | undefined;
  /** Log loss divided by the entropy of the fraction of positive labels; not in files of the original. */
  normalizedEntropy?: number | undefined;
}

const share = { cell: float({ minimum: 0, maximum: 1 }), mayBeEmpty: true };
const positive = { cell: float({ minimum: 0 }), mayBeEmpty: true };

const schema: ResultsSchema<ModelMetrics> = {
  precision: { column: 'precision', ...share },
  recall: { column: 'recall', ...share },
  f1: { column: 'f1', ...share },
  rocAuc: { column: 'roc_auc', ...share },
  accuracy: { column: 'accuracy', ...share },
  logLoss: { column: 'log_loss', ...positive },
  averagePrecision: { column: 'average_precision', ...share, mayBeAbsent: true },
  normalizedEntropy: { column: 'normalized_entropy', ...positive, mayBeAbsent: true },
};

/** The columns of `sparse_model_metrics.csv` after those of the model: the original's, then ours. */
export const modelMetricsColumns = columnsOf(schema);
/** How `sparse_model_metrics.csv` is read. */
export const modelMetricsSchema: ResultsSchema<GridPoint & ModelMetrics> = modelSchema(schema);
