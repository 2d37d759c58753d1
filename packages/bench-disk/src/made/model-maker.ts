import {
  gridPointOf,
  methodOf,
  modelTitle,
  sourceKey,
  type MadeFrom,
  type Method,
  type SparseModelMetadata,
  type SweepPlan,
} from '@ds/bench-models';
import type { DayCountOptions } from '@ds/criteo-data';
import { columnsOfTables, type EngineChoice } from '@ds/dlrm';
import type { TableImportance } from '@ds/table-compression';
import { loadTables, type LoadedTables } from '@ds/tensor-files';
import { dumpExtension } from '../dump/dump-extension.js';
import { measureImportance } from '../measure-importance.js';
import { sourceFingerprint } from '../source-fingerprint.js';
import { MadeModel } from './made-model.js';

/** What models are made again from. */
export interface MakerOptions {
  madeFrom: MadeFrom;
  /** The models to make, and maybe others; those of one curve are ranked together. */
  models: readonly SparseModelMetadata[];
  /** The processed rows, for methods that need calibration. */
  processedDataFile: string;
  dayCounts?: DayCountOptions | undefined;
  /** What runs the calibration pass. */
  engine?: EngineChoice | undefined;
  /** Called with notes for the user, one line each. */
  onNote?: ((note: string) => void) | undefined;
}

/** Makes models of a metadata CSV again that bench-disk did not keep. */
export class ModelMaker {
  readonly #options: MakerOptions;
  #loaded: Promise<LoadedTables & { sourceSha256: string }> | undefined;
  #importance: Promise<Record<string, TableImportance>> | undefined;
  #sweep: { curve: string; plan: Promise<SweepPlan> } | undefined;

  /** Nothing is read before the first model is made. */
  constructor(options: MakerOptions) {
    this.#options = options;
  }

  /** @throws Error naming the file of the trained model, if it cannot be read or is not the one that bench-disk was given */
  async make(model: SparseModelMetadata): Promise<MadeModel> {
    const { modelPath } = this.#options.madeFrom;
    const loaded = await (this.#loaded ??= this.#load());
    if (model.sourceSha256 !== undefined && model.sourceSha256 !== loaded.sourceSha256) {
      throw new Error(
        `${modelPath}: expected the model from which bench-disk made the others, SHA-256 ${model.sourceSha256}, ` +
          `found another one, ${loaded.sourceSha256}`,
      );
    }
    const method = methodOf(model);
    const plan = await this.#planFor(model, method, loaded);
    const tables = method.compress(loaded.stateDict, plan, gridPointOf(model));
    const source = `${modelPath}, ${modelTitle(model)}`;
    return new MadeModel({ ...loaded, model, tables, source, denseFormat: dumpExtension(modelPath) });
  }

  async #load() {
    const { madeFrom, onNote } = this.#options;
    const loaded = await loadTables(madeFrom.modelPath, { tables: madeFrom.tables, onNote });
    const sourceSha256 = sourceFingerprint(loaded.stateDict);
    // As bench-disk writes it.
    return { ...loaded, metadata: { ...loaded.metadata, [sourceKey]: sourceSha256 }, sourceSha256 };
  }

  /** The plan of the last curve is kept, because the models of one follow each other. */
  #planFor(model: SparseModelMetadata, method: Method, loaded: LoadedTables): Promise<SweepPlan> {
    const curveOf = (of: SparseModelMetadata) => `${methodOf(of).id}\n${methodOf(of).curve(of).name}`;
    const curve = curveOf(model);
    if (this.#sweep?.curve !== curve) {
      const points = this.#options.models.filter((other) => curveOf(other) === curve).map(gridPointOf);
      const { stateDict, names } = loaded;
      const tables = Object.fromEntries(names.map((name) => [name, stateDict[name]!]));
      const plan = async () =>
        method.sweep(tables, points, {
          threads: undefined,
          importance: method.needs === 'calibration' ? await this.#measureImportance(loaded) : undefined,
        });
      this.#sweep = { curve, plan: plan() };
    }
    return this.#sweep.plan;
  }

  #measureImportance(loaded: LoadedTables): Promise<Record<string, TableImportance>> {
    const { madeFrom, processedDataFile, dayCounts, engine, onNote } = this.#options;
    const { modelPath, calibrationRows, seed } = madeFrom;
    const columns = columnsOfTables(loaded.stateDict, loaded.names, modelPath);
    this.#importance ??= measureImportance({
      ...{ ...loaded, columns, modelPath, onNote },
      calibration: { processedDataFile, dayCounts, calibrationRows, seed, engine },
    });
    return this.#importance;
  }
}
