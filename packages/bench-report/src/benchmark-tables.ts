import { numberBetween, readResultsTable, text, type Column, type Fields } from './results-table.js';

/** Which model of the grid a row is about. */
export interface ModelRow {
  /** The norm that ordered the blocks: `L1` or `L2`. */
  norm: string;
  /** Rows and columns of a block, as Python prints a tuple: `(1, 4)`. */
  blockShape: string;
  /** Fraction of the blocks that was pruned, in [0, 1]. */
  sparsityLevel: number;
}

/** A row of `sparse_model_metadata.csv`. */
export interface SizeRow extends ModelRow {
  /** Seconds that the sparsifier's step took. */
  stepSeconds: number;
  /** Size of the model's zip in whole MiB, rounded down. */
  zipMebibytes: number;
  /** Exact size of the model's zip in bytes; files of the original do not have it. */
  bytes?: number;
}

/** A row of `sparse_model_metrics.csv`; a metric that is not defined on the data is undefined. */
export interface QualityRow extends ModelRow {
  precision?: number;
  recall?: number;
  f1?: number;
  rocAuc?: number;
  accuracy?: number;
  logLoss?: number;
}

/** A row of `dlrm_forward_time_info.csv`. */
export interface ForwardRow extends ModelRow {
  /** Mean seconds for one batch. */
  seconds: number;
  /** How the model ran: `with_torch_sparse`, `without_torch_sparse`, or a name of our own. */
  variant: string;
  /** Forward passes, the first of which is not in the mean; files of the original do not have it. */
  runs?: number;
  /** Rows of the batch; files of the original do not have it. */
  batchSize?: number;
}

/** A row of `model_memory_info.csv`. */
export interface MemoryRow extends ModelRow {
  /** The tables that the model was served with: `dense_tables`, `sparse_tables`, or a name of our own. */
  variant: string;
  /** Bytes of the embedding tables. */
  tableBytes: number;
  /** What loading the model and serving a batch added to the process's resident set. */
  residentBytes: number;
  /** The same for its largest resident set. */
  peakResidentBytes: number;
  /** Seconds from the file to a model that can serve. */
  loadSeconds: number;
  /** Rows of the batch. */
  batchSize: number;
}

/** The tables of one benchmark run. */
export interface BenchmarkTables {
  sizes: SizeRow[];
  /** Undefined where quality was not measured. */
  quality?: QualityRow[];
  /** Undefined where forward time was not measured. */
  forward?: ForwardRow[];
  /** Undefined where memory was not measured. */
  memory?: MemoryRow[];
}

const blockShape: Column<string> = {
  expected: 'a block shape such as (1, 4)',
  parse(cell) {
    const sides = /^\s*\(\s*([1-9]\d*)\s*,\s*([1-9]\d*)\s*\)\s*$/.exec(cell);
    return sides ? `(${sides[1]}, ${sides[2]})` : undefined;
  },
};

const fraction = numberBetween(0, 1);

const modelFields: Fields<ModelRow> = {
  norm: { column: 'norm', cell: text },
  blockShape: { column: 'sparse_block_shape', cell: blockShape },
  sparsityLevel: { column: 'sparsity_level', cell: fraction },
};

const sizeFields: Fields<SizeRow> = {
  ...modelFields,
  stepSeconds: { column: 'step_time_sec', cell: numberBetween(0) },
  zipMebibytes: { column: 'zip_file_size', cell: numberBetween(0) },
  bytes: { column: 'bytes', cell: numberBetween(0), mayBeEmpty: true, mayBeAbsent: true },
};

const qualityFields: Fields<QualityRow> = {
  ...modelFields,
  precision: { column: 'precision', cell: fraction, mayBeEmpty: true },
  recall: { column: 'recall', cell: fraction, mayBeEmpty: true },
  f1: { column: 'f1', cell: fraction, mayBeEmpty: true },
  rocAuc: { column: 'roc_auc', cell: fraction, mayBeEmpty: true },
  accuracy: { column: 'accuracy', cell: fraction, mayBeEmpty: true },
  logLoss: { column: 'log_loss', cell: numberBetween(0), mayBeEmpty: true },
};

const forwardFields: Fields<ForwardRow> = {
  ...modelFields,
  seconds: { column: 'time_taken', cell: numberBetween(0) },
  variant: { column: 'dlrm_type', cell: text },
  runs: { column: 'runs', cell: numberBetween(1), mayBeEmpty: true, mayBeAbsent: true },
  batchSize: { column: 'batch_size', cell: numberBetween(1), mayBeEmpty: true, mayBeAbsent: true },
};

const memoryFields: Fields<MemoryRow> = {
  ...modelFields,
  variant: { column: 'dlrm_type', cell: text },
  tableBytes: { column: 'table_bytes', cell: numberBetween(0) },
  residentBytes: { column: 'resident_bytes', cell: numberBetween(-Infinity) },
  peakResidentBytes: { column: 'peak_resident_bytes', cell: numberBetween(-Infinity) },
  loadSeconds: { column: 'load_time_sec', cell: numberBetween(0) },
  batchSize: { column: 'batch_size', cell: numberBetween(1) },
};

/**
 * Reads the results files of one run. Only the metadata must be there; a chart whose file is not given is left
 * out of the report.
 *
 * @throws Error naming the file, line and column when a given file cannot be read or holds something else, or
 *   has two rows for one model.
 */
export async function readBenchmarkTables({
  sparseModelMetadata,
  sparseModelMetrics,
  forwardTimeInfo,
  modelMemoryInfo,
}: {
  /** Path of `sparse_model_metadata.csv`. */
  sparseModelMetadata: string;
  /** Path of `sparse_model_metrics.csv`. */
  sparseModelMetrics?: string;
  /** Path of `dlrm_forward_time_info.csv`. */
  forwardTimeInfo?: string;
  /** Path of `model_memory_info.csv`. */
  modelMemoryInfo?: string;
}): Promise<BenchmarkTables> {
  const tables: BenchmarkTables = { sizes: await readDistinct(sparseModelMetadata, sizeFields) };
  if (sparseModelMetrics !== undefined)
    tables.quality = await readDistinct(sparseModelMetrics, qualityFields);
  if (forwardTimeInfo !== undefined)
    tables.forward = await readDistinct(forwardTimeInfo, forwardFields, (row) => `, ${row.variant}`);
  if (modelMemoryInfo !== undefined)
    tables.memory = await readDistinct(modelMemoryInfo, memoryFields, (row) => `, ${row.variant}`);
  return tables;
}

async function readDistinct<Row extends ModelRow>(
  csvPath: string,
  fields: Fields<Row>,
  variantOf: (row: Row) => string = () => '',
): Promise<Row[]> {
  const rows = await readResultsTable<Row>(csvPath, fields);
  const seen = new Set<string>();
  for (const row of rows) {
    const model = `${row.norm}, ${row.blockShape}, ${row.sparsityLevel}${variantOf(row)}`;
    if (seen.has(model)) throw new Error(`${csvPath}: expected each model once, found two rows of ${model}`);
    seen.add(model);
  }
  return rows;
}
