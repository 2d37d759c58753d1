import type { GridPoint } from '../methods/grid/grid-point.js';
import { float, text, wholeNumber } from '../results/csv/cell-types.js';
import { modelSchema } from '../results/grid-point-schema.js';
import { columnsOf, type ResultsSchema } from '../results/csv/results-schema.js';

/** The kinds of tables with which a model is served, in the order of the rows. */
export const tableTypes = ['dense_tables', 'sparse_tables'] as const;

/** `dense_tables`: every value, zeros too. `sparse_tables`: only the kept blocks. */
export type TableType = (typeof tableTypes)[number];

/** The memory of one model in a separate process. */
export interface ModelMemory {
  /** Bytes of the embedding tables in memory, as reported by the tables. */
  tableBytes: number;
  /** Growth of the process's resident set, in bytes, from before the model was loaded to after the batch. */
  residentBytes: number;
  /** The same for the peak resident set of the process. */
  peakResidentBytes: number;
  /** Seconds from the file to a model that can serve. */
  loadTimeSec: number;
  /** Rows of the served batch. */
  batchSize: number;
}

/** The memory of a model with one kind of tables; a file may have others than `tableTypes`. */
export interface MemoryUse<Type extends string = string> extends ModelMemory {
  /** The kind of tables with which it was served. */
  dlrmType: Type;
}

const schema: ResultsSchema<MemoryUse> = {
  dlrmType: { column: 'dlrm_type', cell: text('the name of a kind of tables') },
  tableBytes: { column: 'table_bytes', cell: wholeNumber({ minimum: 0 }) },
  // Negative if the process returns more memory than it takes.
  residentBytes: { column: 'resident_bytes', cell: wholeNumber() },
  peakResidentBytes: { column: 'peak_resident_bytes', cell: wholeNumber() },
  loadTimeSec: { column: 'load_time_sec', cell: float({ expected: 'seconds', minimum: 0 }) },
  batchSize: { column: 'batch_size', cell: wholeNumber({ minimum: 1 }) },
};

/** The columns of `model_memory_info.csv` after those of the model, named in the style of the original's files. */
export const memoryUseColumns = columnsOf(schema);
/** How `model_memory_info.csv` is read. */
export const memoryUseSchema: ResultsSchema<GridPoint & MemoryUse> = modelSchema(schema);
