import type { GridPoint } from '../methods/grid-point.js';
import { float, text, wholeNumber } from '../results/cell-types.js';
import { modelSchema } from '../results/grid-point-schema.js';
import { columnsOf, type ResultsSchema } from '../results/results-schema.js';

/** The tables that a model is served with, in the order of the rows. */
export const tableTypes = ['dense_tables', 'sparse_tables'] as const;

/** `dense_tables`: every value, zeros too. `sparse_tables`: only the kept blocks. */
export type TableType = (typeof tableTypes)[number];

/** What one model took in a process of its own. */
export interface ModelMemory {
  /** Bytes of the embedding tables as they lie in memory, from the tables themselves. */
  tableBytes: number;
  /** Bytes that the process's resident set grew by, from before the model was loaded to after the batch. */
  residentBytes: number;
  /** The same for the largest resident set that the process ever had. */
  peakResidentBytes: number;
  /** Seconds from the file to a model that can serve. */
  loadTimeSec: number;
  /** Rows of the batch that was served. */
  batchSize: number;
}

/** The memory of a model, and the tables that it was served with; a file may have others than `tableTypes`. */
export interface MemoryUse<Type extends string = string> extends ModelMemory {
  /** The tables that it was served with. */
  dlrmType: Type;
}

const schema: ResultsSchema<MemoryUse> = {
  dlrmType: { column: 'dlrm_type', cell: text('the name of a kind of tables') },
  tableBytes: { column: 'table_bytes', cell: wholeNumber({ minimum: 0 }) },
  // A process may give back more than it takes.
  residentBytes: { column: 'resident_bytes', cell: wholeNumber() },
  peakResidentBytes: { column: 'peak_resident_bytes', cell: wholeNumber() },
  loadTimeSec: { column: 'load_time_sec', cell: float({ expected: 'seconds', minimum: 0 }) },
  batchSize: { column: 'batch_size', cell: wholeNumber({ minimum: 1 }) },
};

/** The columns of `model_memory_info.csv` after the model's, named as the original names those of its files. */
export const memoryUseColumns = columnsOf(schema);
/** How `model_memory_info.csv` is read. */
export const memoryUseSchema: ResultsSchema<GridPoint & MemoryUse> = modelSchema(schema);
