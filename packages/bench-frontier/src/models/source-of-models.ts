import type { Method } from '@ds/bench-models';
import { compressedModels, type CompressedModel } from './compressed-models.js';
import type { FrontierJournal } from '../frontier-journal.js';
import type { FrontierSettings } from '../frontier-options.js';
import { calibrate, loadModel, trainModel, type OpenedModel } from './open-model.js';

/** What the models of one seed are made from. Each part is made on first use, because a resumed run may not need it. */
export class SourceOfModels {
  readonly #settings: FrontierSettings;
  readonly #seed: number;
  readonly #journal: FrontierJournal;
  #opened: Promise<OpenedModel> | undefined;
  #calibration: ReturnType<typeof calibrate> | undefined;

  /** @param given the model, if it does not depend on the seed */
  constructor(
    settings: FrontierSettings,
    { seed, journal, given }: { seed: number; journal: FrontierJournal; given: OpenedModel | undefined },
  ) {
    this.#settings = settings;
    this.#seed = seed;
    this.#journal = journal;
    this.#opened = given && Promise.resolve(given);
  }

  /** The model before compression. */
  opened(): Promise<OpenedModel> {
    return (this.#opened ??= this.#trainedModel());
  }

  /** The importance of the rows of its tables. */
  async calibration() {
    const opened = await this.opened();
    this.#calibration ??= calibrate({ ...this.#settings, ...opened, seed: this.#seed });
    return this.#calibration;
  }

  /** The models of a method, as `compressedModels`. */
  async *compressed(method: Method): AsyncGenerator<CompressedModel> {
    const { ratios, grid, threads } = this.#settings;
    const { names, stateDict } = await this.opened();
    const importance = method.needs === 'calibration' ? (await this.calibration()).importance : undefined;
    yield* compressedModels({
      ...{ method, ratios, stateDict },
      settings: { ...grid, ratios },
      tables: Object.fromEntries(names.map((name) => [name, stateDict[name]!])),
      context: { threads, importance },
    });
  }

  async #trainedModel(): Promise<OpenedModel> {
    const { tables } = this.#settings;
    const kept = await this.#journal.trainedModel(this.#seed);
    if (kept) return { ...(await loadModel({ modelPath: kept.path, tables })), metadata: kept.metadata };
    const trained = await trainModel({ ...this.#settings, seed: this.#seed });
    await this.#journal.keepTrained(this.#seed, trained.stateDict, trained.metadata);
    return trained;
  }
}
