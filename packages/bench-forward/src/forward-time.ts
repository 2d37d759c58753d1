import { ModelSource } from '@ds/bench-disk';
import {
  dlrmTypes,
  forwardTimeColumns,
  type DlrmType,
  type GridPoint,
  type MadeFrom,
  type Measure,
  type ForwardTime as TimedPass,
} from '@ds/bench-models';
import { firstTestBatch, type DayCountOptions } from '@ds/criteo-data';
import { checkTablesFitData, type EngineChoice, type EngineDescription } from '@ds/dlrm';
import { distinctPasses } from './distinct-passes.js';
import { openGroups } from './open-groups.js';
import { runTimes } from './run-times.js';
import { timeInRounds } from './time-in-rounds.js';

/** Forward time of one pruned model: a row of `dlrm_forward_time_info.csv`. */
export interface ForwardTime extends GridPoint, Required<TimedPass<DlrmType>> {}

/**
 * Measures the time of every model on the first test batch, in each of the forward passes: in rounds over the models that fit
 * into memory together. The rows of a group of models are finished together, so that a continued run times whole groups.
 */
export const forwardTime: Measure<
  {
    processedDataFile: string;
    runs: number;
    batchSize: number;
    /** Bytes of the models that are open together. */
    maxBytes: () => number;
    /** What models without a file are made from. */
    madeFrom?: MadeFrom | undefined;
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
  sequence: (models) => distinctPasses(models).flatMap(({ rows }) => rows.flat()),
  async *rows(models, settings, onProgress) {
    const { processedDataFile, runs, batchSize, maxBytes, dayCounts, engine, onEngine, onNote } = settings;
    const { batch, ...data } = await firstTestBatch({ processedDataFile, batchSize, dayCounts });
    const all = distinctPasses(models);
    const source = new ModelSource({ ...settings, models: all.map(({ model }) => model) });
    let isFirst = true;
    let done = 0;
    let opened = 0;
    for await (const group of openGroups(all, { source, maxBytes: maxBytes(), engine })) {
      opened += group.length;
      if (isFirst && opened < all.length) {
        onNote?.(`timed in groups: ${opened} of the ${all.length} models to load fit into memory together`);
      }
      for (const { model, open } of group) {
        if (isFirst) onEngine?.(open.engine);
        checkTablesFitData({
          ...{ config: open.config, metadata: open.metadata },
          ...data,
          ...{ modelPath: source.nameOf(model.model), dataPath: processedDataFile },
          onNote: isFirst ? onNote : undefined,
        });
        isFirst = false;
      }
      const passes = group.flatMap(({ open }) => open.passes.map((pass) => () => pass(batch)));
      const rows = group.flatMap(({ model }) => model.rows.map(({ length }) => length));
      const rowsOfGroup = rows.reduce((sum, count) => sum + count, 0);
      const seconds = await timeInRounds(passes, {
        runs: runs - 1,
        onRun: (run, total) => onProgress?.(done + (rowsOfGroup * run) / total),
      });
      const types = group.flatMap(({ model }) => model.types);
      for (const [index, dlrmType] of types.entries()) {
        const times = runTimes(seconds[index]!);
        const row = {
          timeTaken: times.mean,
          dlrmType,
          batchSize: batch.labels.length,
          runs,
          medianTime: times.median,
          lowerQuartileTime: times.lowerQuartile,
          upperQuartileTime: times.upperQuartile,
        };
        for (let count = 0; count < rows[index]!; count++) yield row;
      }
      done += rowsOfGroup;
    }
  },
};
