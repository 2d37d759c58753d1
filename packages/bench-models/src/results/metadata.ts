import type { GridPoint } from '../methods/grid/grid-point.js';
import { float, pathCell, text, wholeNumber } from './csv/cell-types.js';
import { sourceKey } from './dump-identity.js';
import { gridPointColumns, modelSchema } from './grid-point-schema.js';
import type { ResultsColumn } from './csv/results-csv.js';
import { columnsOf, readResultsCsv, type ResultsSchema } from './csv/results-schema.js';

/** One pruned model: a row of `sparse_model_metadata.csv`. */
export interface SparseModelMetadata extends GridPoint {
  /** Seconds that pruning this model took. */
  stepTimeSec: number;
  /** Size of the zip in whole MiB, rounded down. */
  zipFileSize: number;
  /** Absolute path of the zip; undefined if bench-disk did not keep the model. */
  path?: string;
  /** Exact size of the zip in bytes; not in files of the original. */
  bytes?: number;
  /** Absolute path of the zip with sparse tables, if there is one; may be `path`. */
  sparsePath?: string;
  /** Its exact size in bytes. */
  sparseBytes?: number;
  /** Number of pruned embedding tables; not in files of the original. */
  tables?: number;
  /** Values of these tables that were set to 0. */
  prunedValues?: number;
  /** SHA-256 of the model that was pruned, which the zip also holds; not in files of the original. */
  sourceSha256?: string;
  /** CRC-32 of the values of its tables, in order, if the model was not kept: it is made again, and must be the same. */
  tablesCrc32?: number;
}

const bytes = wholeNumber({ expected: 'a number of bytes', minimum: 0 });
const ours = { mayBeEmpty: true, mayBeAbsent: true };
const crcColumn = 'tables_crc32';

type Metadata = Omit<SparseModelMetadata, keyof GridPoint>;

const schema: ResultsSchema<Metadata> = {
  stepTimeSec: { column: 'step_time_sec', cell: float({ expected: 'seconds', minimum: 0 }) },
  zipFileSize: { column: 'zip_file_size', cell: wholeNumber({ expected: 'whole MiB', minimum: 0 }) },
  path: {
    column: 'path',
    cell: pathCell,
    // Without a file there must be what the model can be checked with when it is made again.
    mayBeEmpty: (cellOf) => (cellOf(crcColumn) ?? '').trim() !== '',
  },
  bytes: { column: 'bytes', cell: bytes, ...ours },
  sparsePath: { column: 'sparse_path', cell: pathCell, ...ours },
  sparseBytes: { column: 'sparse_bytes', cell: bytes, ...ours },
  tables: { column: 'tables', cell: wholeNumber({ expected: 'a number of tables', minimum: 0 }), ...ours },
  prunedValues: {
    column: 'pruned_values',
    cell: wholeNumber({ expected: 'a number of values', minimum: 0 }),
    ...ours,
  },
  sourceSha256: { column: sourceKey, cell: text('the SHA-256 of a model'), ...ours },
  tablesCrc32: { column: crcColumn, cell: wholeNumber({ expected: 'a CRC-32', minimum: 0 }), ...ours },
};

/** The columns of `sparse_model_metadata.csv`: the original's, then ours. */
export const metadataColumns: readonly ResultsColumn<SparseModelMetadata>[] = [
  ...gridPointColumns,
  ...sizeColumns({ areKept: true }),
];
/** The columns after those that identify the model, of models that are kept, or are not. */
export function sizeColumns({ areKept }: { areKept: boolean }): readonly ResultsColumn<Metadata>[] {
  return columnsOf(schema).filter(({ name }) => !areKept || name !== crcColumn);
}
const metadataSchema = modelSchema(schema);

/**
 * Reads a `sparse_model_metadata.csv`, ours or the original's. Relative paths in it are relative to the CSV's folder, the
 * original's are absolute; unknown columns are ignored.
 *
 * @throws Error naming the file, and if possible the line and column, if it cannot be read, lacks a column, has no rows, or
 *   has an invalid cell.
 */
export async function readSparseModelMetadata(csvPath: string): Promise<SparseModelMetadata[]> {
  return readResultsCsv(csvPath, metadataSchema);
}
