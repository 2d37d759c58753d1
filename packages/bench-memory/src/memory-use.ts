import {
  memoryUseColumns,
  servedFile,
  tableTypes,
  type GridPoint,
  type Measure,
  type MemoryUse as ServedModelMemory,
  type TableType,
} from '@ds/bench-models';
import { firstTestBatch, type DayCountOptions } from '@ds/criteo-data';
import type { EngineChoice, EngineDescription } from '@ds/dlrm';
import { measureModel } from './measure-model.js';

/** Memory and load time of one pruned model: a row of `model_memory_info.csv`. */
export interface MemoryUse extends GridPoint, ServedModelMemory<TableType> {}

/** Measures the memory of every model in a fresh process that serves one batch, with dense and with sparse tables. */
export const memoryUse: Measure<
  {
    processedDataFile: string;
    batchSize: number;
    dayCounts?: DayCountOptions | undefined;
    engine?: EngineChoice | undefined;
    onEngine?: ((engine: EngineDescription) => void) | undefined;
    onNote?: ((note: string) => void) | undefined;
  },
  ServedModelMemory<TableType>,
  TableType
> = {
  id: 'memory',
  columns: memoryUseColumns,
  variants: tableTypes,
  async *rows(models, { processedDataFile, batchSize, dayCounts, engine, onEngine, onNote }) {
    const data = await firstTestBatch({ processedDataFile, batchSize, dayCounts });
    for (const [index, { model, variant: dlrmType }] of models.entries()) {
      const tables = dlrmType === 'sparse_tables' ? 'sparse' : 'dense';
      const file = servedFile(model, { tables });
      const served = { ...file, tables, ...data, processedDataFile, engine } as const;
      const { memory, engine: taken, notes } = await measureModel(served);
      if (index === 0) {
        onEngine?.(taken);
        notes.forEach((note) => onNote?.(note));
      }
      yield { dlrmType, ...memory };
    }
  },
};
