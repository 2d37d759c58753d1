import type { ResultsColumn } from '../results/csv/results-csv.js';
import type { SparseModelMetadata } from '../results/metadata.js';

/** A model to measure, in one of the measure's variants. */
export interface MeasuredModel<Variant extends string, Model = SparseModelMetadata> {
  /** Its row of the metadata, or what else names a model of the measure. */
  model: Model;
  /** One of the measure's variants. */
  variant: Variant;
}

/**
 * A measurement of every model of a benchmark: a results file with a row for each model and variant. The models are those
 * of a `sparse_model_metadata.csv`, or others that the benchmark makes itself.
 */
export interface Measure<
  Settings,
  Measured extends object,
  Variant extends string,
  Model = SparseModelMetadata,
> {
  /** Its name, in one word. */
  id: string;
  /** The columns of the results file after those that identify the model: the original's, then ours. */
  columns: readonly ResultsColumn<Measured>[];
  /** The variants in which every model is measured, in the order of the rows: all models in the first one, then the next. */
  variants: readonly Variant[];
  /** The order in which it measures these models, as their places; the rows are in the usual order. Default: as given. */
  sequence?(models: readonly MeasuredModel<Variant, Model>[]): readonly number[];
  /**
   * Measures these models, in this order.
   *
   * @param onProgress may be called between rows, if they take long or come several together, with how many models are done:
   *   not always a whole number
   * @throws Error naming a file that cannot be read or does not fit the others.
   */
  rows(
    models: readonly MeasuredModel<Variant, Model>[],
    settings: Settings,
    onProgress?: (done: number) => void,
  ): AsyncIterable<Measured>;
}
