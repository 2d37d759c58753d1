import { join, resolve } from 'node:path';
import {
  frontierColumns,
  methods as allMethods,
  methodsWithIds,
  smallestWithin,
  writeResultsCsv,
  type CompressedTables,
  type FrontierPoint,
} from '@ds/bench-models';
import { checkOutputs } from '@ds/files';
import { compressedModels } from './compressed-models.js';
import { withDefaults, type FrontierOptions } from './frontier-options.js';
import { JudgedRows } from './judged-rows.js';
import { measureModel } from './measure-model.js';
import { calibrate, loadModel, trainModel, type OpenedModel } from './open-model.js';
import { openYardstick } from './open-yardstick.js';
import { writeModel } from './write-model.js';

/** What `runFrontierBenchmark` found. */
export interface FrontierResult {
  /** A row for each seed, method and size. */
  rows: FrontierPoint[];
  /** The smallest model within the bound on ROC AUC; absent where every model loses more. */
  best?: FrontierPoint;
}

/** A model that was measured, with what it takes to write it. */
interface MeasuredModel {
  row: FrontierPoint;
  tables: CompressedTables;
  model: OpenedModel;
}

/**
 * Compresses the tables of a trained model by every method to every memory ratio, without training again, and writes
 * `compression_frontier.csv`: bytes, change of ROC AUC on the test split with its paired 95 % interval, change of log loss,
 * time of a lookup and seconds to compress. Models are served from memory; none is written unless asked for.
 *
 * The best model, the smallest within a bound on the loss of ROC AUC, is chosen on the validation split.
 *
 * @throws Error naming the file, table or setting: what cannot be read or written, a model that does not fit the data, a
 *   value that is NaN or infinite, a split of one label. No CSV is then left behind.
 */
export async function runFrontierBenchmark(options: FrontierOptions): Promise<FrontierResult> {
  const settings = withDefaults(options);
  const { modelPath, processedDataFile, output, bestPath, maxAucLoss } = settings;
  const bestFile = bestPath === undefined ? undefined : resolve(bestPath, 'model.safetensors');
  checkOutputs({
    inputs: [modelPath, processedDataFile],
    outputs: [output, ...(bestFile === undefined ? [] : [bestFile])],
  });
  let best: MeasuredModel | undefined;
  const rows = await writeResultsCsv<FrontierPoint>({
    path: output,
    columns: frontierColumns,
    makeRows: async () => {
      const found: FrontierPoint[] = [];
      for await (const model of measuredModels(settings)) {
        found.push(model.row);
        const rivals = best ? [best.row, model.row] : [model.row];
        if (model.row.seed === settings.seed && smallestWithin(rivals, maxAucLoss) === model.row)
          best = model;
      }
      if (best && bestFile !== undefined) {
        Object.assign(best.row, await writeModel(bestFile, best.tables, best.model));
      }
      return found;
    },
  });
  return { rows, ...(best && { best: best.row }) };
}

/** The models of all seeds, methods and sizes, one after another. */
async function* measuredModels(settings: ReturnType<typeof withDefaults>): AsyncGenerator<MeasuredModel> {
  const { modelPath, processedDataFile, dayCounts, ratios, grid, threads, engine, onStage } = settings;
  const methods = settings.methods ? methodsWithIds(settings.methods) : allMethods;
  const rows = await JudgedRows.open(processedDataFile, dayCounts);
  try {
    const given = modelPath === undefined ? undefined : await loadModel({ ...settings, modelPath });
    for (let seed = settings.seed; seed < settings.seed + settings.seeds; seed++) {
      const opened = given ?? (await trainModel({ ...settings, seed, engine, dayCounts }));
      const yardstick = await openYardstick({
        ...{ ...opened, rows, engine },
        modelName: modelPath ?? 'the trained model',
        dataPath: processedDataFile,
        onEngine: seed === settings.seed ? settings.onEngine : undefined,
        onNote: seed === settings.seed ? settings.onNote : undefined,
      });
      const needsRows = methods.some(({ needs }) => needs === 'calibration');
      const calibration = needsRows
        ? await calibrate({ ...settings, ...opened, seed, engine, dayCounts })
        : undefined;
      const onMethod = onStage(settings.seeds === 1 ? 'methods' : `methods, seed ${seed}`);
      onMethod(0, methods.length);
      for (const [index, method] of methods.entries()) {
        const models = compressedModels({
          ...{ method, ratios, stateDict: opened.stateDict },
          settings: { ...grid, ratios },
          tables: Object.fromEntries(opened.names.map((name) => [name, opened.stateDict[name]!])),
          context: { threads, importance: calibration?.importance },
        });
        for await (const model of models) {
          const row = await measureModel(model, { ...yardstick, seed, calibration });
          const path = dumpFile(settings, seed, method.file(model.point));
          if (path !== undefined) Object.assign(row, await writeModel(path, model.tables, opened));
          yield { row, tables: model.tables, model: opened };
        }
        onMethod(index + 1, methods.length);
      }
    }
  } finally {
    await rows.close();
  }
}

/** Where a model is dumped, if models are: those of each seed in a folder of their own. */
function dumpFile(
  { dumpPath, seeds }: Pick<ReturnType<typeof withDefaults>, 'dumpPath' | 'seeds'>,
  seed: number,
  { folders, name }: { folders: string[]; name: string },
): string | undefined {
  if (dumpPath === undefined) return undefined;
  return resolve(join(dumpPath, ...(seeds === 1 ? [] : [`seed_${seed}`]), ...folders, `${name}.safetensors`));
}
