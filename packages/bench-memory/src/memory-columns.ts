import { formatPythonFloat, gridPointColumns, type GridPoint, type ResultsColumn } from '@ds/bench-models';
import type { ModelMemory, TableType } from './measure-model.js';

/** Memory and load time of one pruned model: a row of `model_memory_info.csv`. */
export interface MemoryUse extends GridPoint, ModelMemory {
  /** The tables that it was served with. */
  dlrmType: TableType;
}

/** The columns of `model_memory_info.csv`, named as the original names those of its files. */
export const memoryColumns: readonly ResultsColumn<MemoryUse>[] = [
  ...gridPointColumns,
  { name: 'dlrm_type', cell: (row) => row.dlrmType },
  { name: 'table_bytes', cell: (row) => row.tableBytes },
  { name: 'resident_bytes', cell: (row) => row.residentBytes },
  { name: 'peak_resident_bytes', cell: (row) => row.peakResidentBytes },
  { name: 'load_time_sec', cell: (row) => formatPythonFloat(row.loadTimeSec) },
  { name: 'batch_size', cell: (row) => row.batchSize },
];
