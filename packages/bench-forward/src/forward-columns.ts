import { formatPythonFloat, gridPointColumns, type GridPoint, type ResultsColumn } from '@ds/bench-models';

/** The forward passes that are timed, in the order of the rows: the original's two by its names, then ours. */
export const dlrmTypes = ['with_torch_sparse', 'without_torch_sparse', 'sparse_tables'] as const;

/**
 * `with_torch_sparse`: the features before the top MLP become a sparse COO matrix. `without_torch_sparse`:
 * the dense model as it is. `sparse_tables`: the dense network on tables that hold only their kept blocks.
 */
export type DlrmType = (typeof dlrmTypes)[number];

/** Forward time of one pruned model: a row of `dlrm_forward_time_info.csv`. */
export interface ForwardTime extends GridPoint {
  /** Mean seconds of a forward pass over the batch. */
  timeTaken: number;
  /** The forward pass that was timed. */
  dlrmType: DlrmType;
  /** Rows of the batch. */
  batchSize: number;
  /** Runs, the first of which is not counted. */
  runs: number;
}

/** The columns of `dlrm_forward_time_info.csv`: the original's, then our own. */
export const forwardColumns: readonly ResultsColumn<ForwardTime>[] = [
  ...gridPointColumns,
  { name: 'time_taken', cell: (row) => formatPythonFloat(row.timeTaken) },
  { name: 'dlrm_type', cell: (row) => row.dlrmType },
  { name: 'batch_size', cell: (row) => row.batchSize },
  { name: 'runs', cell: (row) => row.runs },
];
