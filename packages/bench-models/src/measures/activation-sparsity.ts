import { float, text, wholeNumber } from '../results/csv/cell-types.js';
import { columnsOf, type ResultsSchema } from '../results/csv/results-schema.js';

/** How a model is run without some of its activations, in the order of the rows. */
export const activationVariants = ['masked', 'folded', 'folded_means'] as const;

/**
 * `masked`: a hook before the first top layer multiplies z by the mask. `folded`: a smaller model without what the mask
 * drops. `folded_means`: the same, with what is dropped replaced by its mean.
 */
export type ActivationVariant = (typeof activationVariants)[number];

/** Which activations a model is without. */
export interface ActivationPoint {
  /** How its embedding tables are compressed, `dense` where they are not. */
  tables: string;
  /** What ranked the columns of z. */
  score: string;
  /** The share of the columns of z, what enters the first top layer, that is dropped; or of what enters other layers. */
  sparsityLevel: number;
}

/** What leaving out activations does to a model; the changes are against the dense model, tables and all. */
export interface ActivationSparsity<Variant extends string = string> {
  /** How it ran without them; a file may have others than `activationVariants`. */
  dlrmType: Variant;
  /** Columns of z that are left. */
  keptFeatures: number;
  /** Pairs of vectors among them, whose products are computed. */
  keptPairs: number;
  /** Tables that one of these pairs has a vector of: the others are not looked up by a folded model. */
  usedTables: number;
  /** Bytes of all embedding tables in memory. */
  tableBytes: number;
  /** Area under the ROC curve on the test split; undefined where all labels are equal. */
  rocAuc?: number | undefined;
  /** Mean negative log likelihood, in nats; undefined likewise. */
  logLoss?: number | undefined;
  /** Share of right predictions. */
  accuracy: number;
  /** The change of ROC AUC. */
  rocAucChange?: number | undefined;
  /** The standard error of that change, by DeLong's method for paired curves. */
  rocAucChangeError?: number | undefined;
  /** The change of the log loss. */
  logLossChange?: number | undefined;
  /** The change of the accuracy. */
  accuracyChange: number;
  /** Median seconds of a forward pass over the batch. Times are in a file of their own, and known only if that is there. */
  timeTaken?: number;
  /** The same for the dense model, run in turn with this one. */
  denseTimeTaken?: number;
  /** Median over the runs of the dense model's time divided by this one's. */
  speedup?: number;
  /** Rows of the batch. */
  batchSize: number;
  /** Runs, the first of which is not counted. */
  runs: number;
  /** The layers whose inputs lost columns, joined by `+`; undefined in an older file, where it was `top_l.0`, whose input is z. */
  layers?: string | undefined;
}

const share = { cell: float({ minimum: 0, maximum: 1 }) };
const change = { cell: float({ minimum: -1, maximum: 1 }) };
const seconds = { cell: float({ expected: 'seconds', minimum: 0 }) };
const count = { cell: wholeNumber({ minimum: 0 }) };
const mayBeEmpty = true;

const pointSchema: ResultsSchema<ActivationPoint> = {
  tables: { column: 'tables', role: 'key', cell: text('how tables are compressed') },
  score: { column: 'score', role: 'key', cell: text('the name of a score') },
  sparsityLevel: { column: 'sparsity_level', role: 'key', ...share },
};
const schema: ResultsSchema<ActivationSparsity> = {
  dlrmType: { column: 'dlrm_type', role: 'key', cell: text('the name of a way to run the model') },
  keptFeatures: { column: 'kept_features', ...count },
  keptPairs: { column: 'kept_pairs', ...count },
  usedTables: { column: 'used_tables', ...count },
  tableBytes: { column: 'table_bytes', ...count },
  rocAuc: { column: 'roc_auc', ...share, mayBeEmpty },
  logLoss: { column: 'log_loss', cell: float({ minimum: 0 }), mayBeEmpty },
  accuracy: { column: 'accuracy', ...share },
  rocAucChange: { column: 'roc_auc_change', ...change, mayBeEmpty },
  rocAucChangeError: { column: 'roc_auc_change_error', cell: float({ minimum: 0 }), mayBeEmpty },
  logLossChange: { column: 'log_loss_change', cell: float(), mayBeEmpty },
  accuracyChange: { column: 'accuracy_change', ...change },
  timeTaken: { column: 'time_taken', role: 'time', ...seconds },
  denseTimeTaken: { column: 'dense_time_taken', role: 'time', ...seconds },
  speedup: { column: 'speedup', role: 'time', cell: float({ minimum: 0 }) },
  batchSize: { column: 'batch_size', cell: wholeNumber({ minimum: 1 }) },
  runs: { column: 'runs', cell: wholeNumber({ minimum: 2 }) },
  layers: { column: 'layers', cell: text('names of layers'), mayBeAbsent: true },
};

/** The columns of `activation_sparsity.csv` that say which activations a row is without. */
export const activationPointColumns = columnsOf(pointSchema);
/** Those after them. */
export const activationSparsityColumns = columnsOf(schema);
/** How `activation_sparsity.csv` is read. */
export const activationSparsitySchema: ResultsSchema<ActivationPoint & ActivationSparsity> = {
  ...pointSchema,
  ...schema,
};
