import type { ResultsColumn } from '../results/results-csv.js';
import type { SparseModelMetadata } from '../results/metadata.js';

/** A model to measure, and in which of the measure's variants. */
export interface MeasuredModel<Variant extends string> {
  /** Its row of the metadata. */
  model: SparseModelMetadata;
  /** In which of the measure's variants. */
  variant: Variant;
}

/** Something that is measured of every model of a benchmark: a results file with a row for each model and variant. */
export interface Measure<Settings, Measured extends object, Variant extends string> {
  /** What is measured, in one word. */
  id: string;
  /** The columns of the results file after those that name the model: the original's, then our own. */
  columns: readonly ResultsColumn<Measured>[];
  /** The ways in which every model is measured, in the order of the rows: all models in the first one, then in the next. */
  variants: readonly Variant[];
  /**
   * Measures these models, in this order.
   *
   * @throws Error naming the file that cannot be read or does not fit the others.
   */
  rows(models: readonly MeasuredModel<Variant>[], settings: Settings): AsyncIterable<Measured>;
}
