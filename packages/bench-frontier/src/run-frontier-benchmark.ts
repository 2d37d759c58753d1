import { resolve } from 'node:path';
import {
  frontierColumns,
  methods as allMethods,
  methodsWithIds,
  smallestWithin,
  writeResultsCsv,
  type FrontierPoint,
} from '@ds/bench-models';
import { dayCountFiles } from '@ds/criteo-data';
import { checkOutputs, whileHolding } from '@ds/files';
import { openFrontierJournal } from './frontier-journal.js';
import { withDefaults, type FrontierOptions } from './frontier-options.js';
import { measuredModels, type MeasuredModel } from './models/measured-models.js';

/** The result of `runFrontierBenchmark`. */
export interface FrontierResult {
  /** A row for each seed, method and size. */
  rows: FrontierPoint[];
  /** The smallest model within the bound on ROC AUC; missing if every model loses more. */
  best?: FrontierPoint;
}

/**
 * Compresses the tables of a trained model with every method to every memory ratio, without retraining, and writes
 * `compression_frontier.csv`: bytes, change of ROC AUC on the test split with its paired 95 % interval, change of log loss,
 * time of a lookup and seconds to compress. Models are served from memory and only written on request.
 *
 * The best model, the smallest within a bound on the loss of ROC AUC, is chosen on the validation split.
 *
 * An interrupted run leaves a journal of its models next to the output, and the models that it trained. The next run with the
 * same settings, source model and rows continues after them.
 *
 * @throws Error naming the file, table or setting: what cannot be read or written, a model that does not fit the data, a
 *   value that is NaN or infinite, a split with only one label. No CSV is then left behind.
 */
export async function runFrontierBenchmark(options: FrontierOptions): Promise<FrontierResult> {
  const settings = withDefaults(options);
  const { modelPath, processedDataFile, output, bestPath, dumpPath, maxAucLoss } = settings;
  const bestFile = bestPath === undefined ? undefined : resolve(bestPath, 'model.safetensors');
  checkOutputs({
    inputs: [modelPath, processedDataFile, ...(await dayCountFiles(processedDataFile, settings.dayCounts))],
    // Any name: which models there will be is known when they are made.
    outputs: [output, bestFile, dumpPath === undefined ? undefined : resolve(dumpPath, 'model.safetensors')],
  });
  return whileHolding([output, ...(bestFile === undefined ? [] : [bestFile])], async () => {
    const methods = settings.methods ? methodsWithIds(settings.methods) : allMethods;
    const journal = await openFrontierJournal({ ...settings, methodIds: methods.map(({ id }) => id) });
    if (journal.finishedModels > 0) settings.onResumed?.(journal.finishedModels);
    let best: MeasuredModel | undefined;
    const rows = await writeResultsCsv<FrontierPoint>({
      path: output,
      columns: frontierColumns({ isTrained: settings.trainOn > 0 }),
      makeRows: async () => {
        const found: FrontierPoint[] = [];
        for await (const model of measuredModels(settings, methods, journal)) {
          found.push(model.row);
          const rivals = best ? [best.row, model.row] : [model.row];
          if (model.row.seed === settings.seed && smallestWithin(rivals, maxAucLoss) === model.row)
            best = model;
        }
        if (best && bestFile !== undefined) Object.assign(best.row, await best.write(bestFile));
        return found;
      },
    });
    journal.remove();
    return { rows, ...(best && { best: best.row }) };
  });
}
