import { join, resolve } from 'node:path';
import type { FrontierPoint, Method } from '@ds/bench-models';
import { checkOutputs } from '@ds/files';
import { keyText, type FrontierJournal, type ModelKey } from '../frontier-journal.js';
import type { FrontierSettings } from '../frontier-options.js';
import { FurtherTraining } from './further-training.js';
import { JudgedRows } from '../judged-rows.js';
import { measureModel, type Yardstick } from '../measure-model.js';
import { loadModel } from './open-model.js';
import { openYardstick } from '../open-yardstick.js';
import { SourceOfModels } from './source-of-models.js';
import { writeModel } from './write-model.js';

/** A measured model, and how to write it. */
export interface MeasuredModel {
  row: FrontierPoint;
  write: (path: string) => ReturnType<typeof writeModel>;
}

type SharedYardstick = Omit<Yardstick, 'seed' | 'calibration'>;

/** The models of all seeds, methods and sizes, one after another; those that an earlier run measured come from its journal. */
export async function* measuredModels(
  settings: FrontierSettings,
  methods: readonly Method[],
  journal: FrontierJournal,
): AsyncGenerator<MeasuredModel> {
  const { modelPath, processedDataFile, dayCounts, engine, onStage } = settings;
  const rows = await JudgedRows.open(processedDataFile, dayCounts);
  let isTold = false;
  try {
    const given = modelPath === undefined ? undefined : await loadModel({ ...settings, modelPath });
    for (let seed = settings.seed; seed < settings.seed + settings.seeds; seed++) {
      const source = new SourceOfModels(settings, { seed, journal, given });
      let yardstick: Promise<SharedYardstick> | undefined;
      const openOnce = async () => {
        const listeners = isTold ? { onEngine: undefined, onNote: undefined } : settings;
        isTold = true;
        const opened = await source.opened();
        const shared = await openYardstick({
          ...{ ...opened, rows, engine },
          modelName: modelPath ?? 'the trained model',
          dataPath: processedDataFile,
          ...{ onEngine: listeners.onEngine, onNote: listeners.onNote },
        });
        const further =
          settings.trainOn === 0
            ? undefined
            : new FurtherTraining({ ...settings, ...opened, rows, seed, base: shared.base });
        return { ...shared, further };
      };
      const onMethod = onStage(settings.seeds === 1 ? 'methods' : `methods, seed ${seed}`);
      onMethod(0, methods.length);
      for (const [index, method] of methods.entries()) {
        const finished = await journal.finishedMethod(seed, method.id);
        if (finished) {
          for (const { key, row } of finished) {
            yield { row, write: (path) => writeAgain(path, { key, method, source }) };
          }
        } else {
          const measure = { method, source, seed, settings, journal };
          yield* modelsOfMethod({ ...measure, yardstick: await (yardstick ??= openOnce()) });
        }
        onMethod(index + 1, methods.length);
      }
    }
  } finally {
    await rows.close();
  }
}

/** The models of one method; an earlier run may have measured some of them. */
async function* modelsOfMethod({
  method,
  source,
  yardstick,
  seed,
  settings,
  journal,
}: {
  method: Method;
  source: SourceOfModels;
  yardstick: SharedYardstick;
  seed: number;
  settings: FrontierSettings;
  journal: FrontierJournal;
}): AsyncGenerator<MeasuredModel> {
  const opened = await source.opened();
  const calibration = method.needs === 'calibration' ? await source.calibration() : undefined;
  for await (const model of source.compressed(method)) {
    const { point, wantedRatio } = model;
    const key: ModelKey = { seed, method: method.id, point, wantedRatio };
    const write = (path: string) => writeModel(path, model.tables, opened);
    let row = await journal.rowOf(key);
    if (!row) {
      row = await measureModel(model, { ...yardstick, seed, calibration });
      const path = dumpFile(settings, seed, method.file(point));
      if (path !== undefined) {
        checkOutputs({ inputs: [settings.modelPath, settings.processedDataFile], outputs: [path] });
        Object.assign(row, await write(path));
      }
      await journal.keepRow(key, row);
    }
    yield { row, write };
  }
  journal.keepMethod(seed, method.id);
}

/** Writes a model that an earlier run measured: it is compressed again. */
async function writeAgain(
  path: string,
  { key, method, source }: { key: ModelKey; method: Method; source: SourceOfModels },
): ReturnType<typeof writeModel> {
  for await (const { point, wantedRatio, tables } of source.compressed(method)) {
    if (keyText({ ...key, point, wantedRatio }) === keyText(key)) {
      return writeModel(path, tables, await source.opened());
    }
  }
  throw new Error(`${path}: expected ${method.id} to make the model of an earlier run again; use --fresh`);
}

/** The path to which a model is dumped, if models are dumped; each seed has its own folder. */
function dumpFile(
  { dumpPath, seeds }: Pick<FrontierSettings, 'dumpPath' | 'seeds'>,
  seed: number,
  { folders, name }: { folders: string[]; name: string },
): string | undefined {
  if (dumpPath === undefined) return undefined;
  return resolve(join(dumpPath, ...(seeds === 1 ? [] : [`seed_${seed}`]), ...folders, `${name}.safetensors`));
}
