import { ModelSource } from '@ds/bench-disk';
import {
  memoryUseColumns,
  tableTypes,
  type GridPoint,
  type MadeFrom,
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
    /** What models without a file are made from. */
    madeFrom?: MadeFrom | undefined;
    /** The results file; files of such models are written next to it, one at a time. */
    output: string;
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
  async *rows(models, settings) {
    const { processedDataFile, output, batchSize, dayCounts, engine, onEngine, onNote } = settings;
    const data = await firstTestBatch({ processedDataFile, batchSize, dayCounts });
    const source = new ModelSource({ ...settings, models: models.map(({ model }) => model) });
    for (const [index, { model, variant: dlrmType }] of models.entries()) {
      const tables = dlrmType === 'sparse_tables' ? 'sparse' : 'dense';
      const {
        memory,
        engine: taken,
        notes,
      } = await source.withFile(model, { tables, beside: output }, (file) =>
        measureModel({
          ...{ ...file, tables, ...data, processedDataFile, engine },
          modelName: source.nameOf(model),
        }),
      );
      if (index === 0) {
        onEngine?.(taken);
        notes.forEach((note) => onNote?.(note));
      }
      yield { dlrmType, ...memory };
    }
  },
};
