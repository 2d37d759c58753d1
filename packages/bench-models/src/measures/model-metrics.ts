import type { GridPoint } from '../methods/grid/grid-point.js';
import { float } from '../results/csv/cell-types.js';
import { modelSchema } from '../results/grid-point-schema.js';
import type { ResultsColumn } from '../results/csv/results-csv.js';
import { columnsOf, readResultsCsv, type ResultsSchema } from '../results/csv/results-schema.js';

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
  /** ROC AUC minus that of the unpruned model, if there is one; not in files of the original, as all that follows. */
  rocAucChange?: number | undefined;
  /** Lower end of its 95 % interval, paired (DeLong). */
  rocAucChangeLower?: number | undefined;
  /** Upper end. */
  rocAucChangeUpper?: number | undefined;
  /** Log loss less that of the unpruned model. */
  logLossChange?: number | undefined;
}

const share = { cell: float({ minimum: 0, maximum: 1 }), mayBeEmpty: true };
const positive = { cell: float({ minimum: 0 }), mayBeEmpty: true };

type Original = 'precision' | 'recall' | 'f1' | 'rocAuc' | 'accuracy' | 'logLoss';

const originals: ResultsSchema<Pick<ModelMetrics, Original>> = {
  precision: { column: 'precision', ...share },
  recall: { column: 'recall', ...share },
  f1: { column: 'f1', ...share },
  rocAuc: { column: 'roc_auc', ...share },
  accuracy: { column: 'accuracy', ...share },
  logLoss: { column: 'log_loss', ...positive },
};

const change = { cell: float(), mayBeEmpty: true, mayBeAbsent: true };

const ours: ResultsSchema<Omit<ModelMetrics, Original>> = {
  averagePrecision: { column: 'average_precision', ...share, mayBeAbsent: true },
  normalizedEntropy: { column: 'normalized_entropy', ...positive, mayBeAbsent: true },
  rocAucChange: { column: 'roc_auc_change', ...change },
  rocAucChangeLower: { column: 'roc_auc_change_lower', ...change },
  rocAucChangeUpper: { column: 'roc_auc_change_upper', ...change },
  logLossChange: { column: 'log_loss_change', ...change },
};

/** The original's columns of `sparse_model_metrics.csv` after the model's, which are rounded there. */
export const originalMetricsColumns = columnsOf(originals);
/** Our own columns after these, not rounded: other metrics, changes, and the values of the original's columns. */
export const ownMetricsColumns: readonly ResultsColumn<ModelMetrics>[] = [
  ...columnsOf(ours),
  ...originalMetricsColumns.map(({ name, cell }) => ({ name: `${name}_exact`, cell })),
];
/** All columns of `sparse_model_metrics.csv` after the model's, none of them rounded. */
export const modelMetricsColumns: readonly ResultsColumn<ModelMetrics>[] = [
  ...originalMetricsColumns,
  ...ownMetricsColumns,
];

/** How `sparse_model_metrics.csv` is read, its exact columns apart. */
const modelMetricsSchema: ResultsSchema<GridPoint & ModelMetrics> = modelSchema({ ...originals, ...ours });

type Exact = Record<`exact ${Original}`, number | undefined>;

const exactSchema = Object.fromEntries(
  Object.entries(originals).map(([name, field]) => [
    `exact ${name}`,
    { ...field, column: `${field.column}_exact`, mayBeAbsent: true },
  ]),
) as unknown as ResultsSchema<Exact>;

/**
 * Reads a `sparse_model_metrics.csv`, of ours or of the original: the values of its exact columns where it has them, else
 * those of the original's columns.
 *
 * @throws Error naming the file, and the line and column where there is one.
 */
export async function readModelMetrics(csvPath: string): Promise<(GridPoint & ModelMetrics)[]> {
  const schema = { ...modelMetricsSchema, ...exactSchema } as ResultsSchema<GridPoint & ModelMetrics & Exact>;
  const rows = await readResultsCsv(csvPath, schema);
  return rows.map((row) => {
    const exact = /^exact (.*)$/;
    const entries = Object.entries(row);
    return Object.fromEntries([
      ...entries.filter(([name]) => !exact.test(name)),
      ...entries.flatMap(
        ([name, value]) =>
          exact
            .exec(name)
            ?.slice(1)
            .map((plain) => [plain, value]) ?? [],
      ),
    ]) as GridPoint & ModelMetrics;
  });
}
