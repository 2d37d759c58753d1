import type { GridPoint } from '../methods/grid/grid-point.js';
import { float, text, wholeNumber } from '../results/csv/cell-types.js';
import { modelSchema } from '../results/grid-point-schema.js';
import { columnsOf, type ResultsSchema } from '../results/csv/results-schema.js';

/** The timed forward passes, in the order of the rows: the original's two under their names there, then ours. */
export const dlrmTypes = ['with_torch_sparse', 'without_torch_sparse', 'sparse_tables'] as const;

/**
 * `with_torch_sparse`: the features before the top MLP are converted to a sparse COO matrix. `without_torch_sparse`: the
 * dense model. `sparse_tables`: the dense network on tables that hold only their kept blocks.
 */
export type DlrmType = (typeof dlrmTypes)[number];

/** The time of a forward pass of a model. */
export interface ForwardTime<Type extends string = string> {
  /** Mean seconds of a forward pass over the batch. */
  timeTaken: number;
  /** The timed forward pass; a file may have others than `dlrmTypes`. */
  dlrmType: Type;
  /** Rows of the batch; not in files of the original. */
  batchSize?: number;
  /** Runs, of which the first is not counted; not in files of the original. */
  runs?: number;
  /** Median seconds of the counted runs; not in files of the original. */
  medianTime?: number;
  /** Seconds that a quarter of the counted runs stayed below; not in files of the original. */
  lowerQuartileTime?: number;
  /** Seconds that a quarter of the counted runs exceeded; not in files of the original. */
  upperQuartileTime?: number;
}

const seconds = float({ expected: 'seconds', minimum: 0 });
const ours = { cell: wholeNumber({ minimum: 1 }), mayBeEmpty: true, mayBeAbsent: true };

const schema: ResultsSchema<ForwardTime> = {
  timeTaken: { column: 'time_taken', cell: seconds },
  dlrmType: { column: 'dlrm_type', cell: text('the name of a forward pass') },
  batchSize: { column: 'batch_size', ...ours },
  runs: { column: 'runs', ...ours },
  medianTime: { column: 'median_time', ...ours, cell: seconds },
  lowerQuartileTime: { column: 'lower_quartile_time', ...ours, cell: seconds },
  upperQuartileTime: { column: 'upper_quartile_time', ...ours, cell: seconds },
};

/** The columns of `dlrm_forward_time_info.csv` after those of the model: the original's, then ours. */
export const forwardTimeColumns = columnsOf(schema);
/** How `dlrm_forward_time_info.csv` is read. */
export const forwardTimeSchema: ResultsSchema<GridPoint & ForwardTime> = modelSchema(schema);
