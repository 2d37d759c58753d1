import {
  dlrmTypes,
  forwardTimeColumns,
  servedFile,
  type DlrmType,
  type GridPoint,
  type Measure,
  type ForwardTime as TimedPass,
} from '@ds/bench-models';
import { firstTestBatch, type DayCountOptions } from '@ds/criteo-data';
import { checkTablesFitData, type EngineChoice, type EngineDescription } from '@ds/dlrm';
import { openPass } from './open-pass.js';
import { timeRuns } from './time-runs.js';

/** Forward time of one pruned model: a row of `dlrm_forward_time_info.csv`. */
export interface ForwardTime extends GridPoint, Required<TimedPass<DlrmType>> {}

/** Measures the time of every model on the first test batch, in each of the forward passes. */
export const forwardTime: Measure<
  {
    processedDataFile: string;
    runs: number;
    batchSize: number;
    dayCounts?: DayCountOptions | undefined;
    engine?: EngineChoice | undefined;
    onEngine?: ((engine: EngineDescription) => void) | undefined;
    onNote?: ((note: string) => void) | undefined;
  },
  Required<TimedPass<DlrmType>>,
  DlrmType
> = {
  id: 'forward',
  columns: forwardTimeColumns,
  variants: dlrmTypes,
  async *rows(models, { processedDataFile, runs, batchSize, dayCounts, engine, onEngine, onNote }) {
    const { batch, ...data } = await firstTestBatch({ processedDataFile, batchSize, dayCounts });
    for (const [index, { model, variant: dlrmType }] of models.entries()) {
      const tables = dlrmType === 'sparse_tables' ? 'sparse' : 'dense';
      const { path, blockWidth } = servedFile(model, { tables });
      const pass = await openPass({ path, dlrmType, blockWidth, engine });
      try {
        if (index === 0) onEngine?.(pass.engine);
        checkTablesFitData({
          ...{ config: pass.config, metadata: pass.metadata },
          ...data,
          ...{ modelPath: path, dataPath: processedDataFile },
          onNote: index === 0 ? onNote : undefined,
        });
        const times = await timeRuns(() => pass.forward(batch), runs);
        yield {
          timeTaken: times.mean,
          dlrmType,
          batchSize: batch.labels.length,
          runs,
          medianTime: times.median,
          lowerQuartileTime: times.lowerQuartile,
          upperQuartileTime: times.upperQuartile,
        };
      } finally {
        await pass.dispose();
      }
    }
  },
};
