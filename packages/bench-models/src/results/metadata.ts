import { dirname, resolve } from 'node:path';
import type { GridPoint } from '../methods/grid-point.js';
import { float, text, wholeNumber } from './cell-types.js';
import { gridPointColumns, modelSchema } from './grid-point-schema.js';
import type { ResultsColumn } from './results-csv.js';
import { columnsOf, readResultsCsv, type ResultsSchema } from './results-schema.js';

/** One pruned model: a row of `sparse_model_metadata.csv`. */
export interface SparseModelMetadata extends GridPoint {
  /** Seconds that the sparsifier took for this model's masks. */
  stepTimeSec: number;
  /** Size of the zip in whole MiB, rounded down. */
  zipFileSize: number;
  /** Absolute path of the zip. */
  path: string;
  /** Exact size of the zip in bytes; not in files of the original. */
  bytes?: number;
  /** Absolute path of the zip whose tables are sparse, where there is one; may be `path`. */
  sparsePath?: string;
  /** Its exact size in bytes. */
  sparseBytes?: number;
  /** Embedding tables that were pruned; not in files of the original. */
  tables?: number;
  /** Values of these tables that were set to 0. */
  prunedValues?: number;
}

const bytes = wholeNumber({ expected: 'a number of bytes', minimum: 0 });
const ours = { mayBeEmpty: true, mayBeAbsent: true };

type Metadata = Omit<SparseModelMetadata, keyof GridPoint>;

const schema: ResultsSchema<Metadata> = {
  stepTimeSec: { column: 'step_time_sec', cell: float({ expected: 'seconds', minimum: 0 }) },
  zipFileSize: { column: 'zip_file_size', cell: wholeNumber({ expected: 'whole MiB', minimum: 0 }) },
  path: { column: 'path', cell: text('the path of a model') },
  bytes: { column: 'bytes', cell: bytes, ...ours },
  sparsePath: { column: 'sparse_path', cell: text('the path of a model'), ...ours },
  sparseBytes: { column: 'sparse_bytes', cell: bytes, ...ours },
  tables: { column: 'tables', cell: wholeNumber({ expected: 'a number of tables', minimum: 0 }), ...ours },
  prunedValues: {
    column: 'pruned_values',
    cell: wholeNumber({ expected: 'a number of values', minimum: 0 }),
    ...ours,
  },
};

/** The columns of `sparse_model_metadata.csv`: the original's, then our own. */
export const metadataColumns: readonly ResultsColumn<SparseModelMetadata>[] = [
  ...gridPointColumns,
  ...columnsOf(schema),
];
/** Those after the columns that name the model. */
export const sizeColumns = columnsOf(schema);
const metadataSchema = modelSchema(schema);

/**
 * Reads a `sparse_model_metadata.csv`, of ours or of the original. A relative path in it is taken from the
 * CSV's folder; columns it does not know are passed over.
 *
 * @throws Error naming the file, and the line and column where there is one: when it cannot be read, lacks a
 *   column, has no rows, or a cell is not what its column holds.
 */
export async function readSparseModelMetadata(csvPath: string): Promise<SparseModelMetadata[]> {
  const absolute = (path: string) => resolve(dirname(csvPath), path);
  const rows = await readResultsCsv(csvPath, metadataSchema);
  return rows.map((row) => ({
    ...row,
    path: absolute(row.path),
    ...(row.sparsePath !== undefined && { sparsePath: absolute(row.sparsePath) }),
  }));
}
