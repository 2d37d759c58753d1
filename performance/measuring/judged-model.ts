import { openCriteoDataset, type CriteoDataset } from '@ds/criteo-data';
import { checkTablesFitData, Dlrm, evaluate, pairedAucDifference, type ModelState } from '@ds/dlrm';
import { binaryClassificationMetrics } from '@ds/dlrm/metrics';

/** How well a model predicts the rows of the test split. */
export interface Judged {
  labels: Float32Array;
  scores: Float32Array;
  rocAuc: number;
  logLoss: number;
}

/** The test split, which judges ours and the rivals' models by the same evaluation, that of `dlrm evaluate`. */
export class TestRows {
  readonly #dataset: CriteoDataset;
  readonly #paths: { modelPath: string; dataPath: string };

  private constructor(dataset: CriteoDataset, paths: { modelPath: string; dataPath: string }) {
    this.#dataset = dataset;
    this.#paths = paths;
  }

  static async open(paths: { modelPath: string; dataPath: string }): Promise<TestRows> {
    return new TestRows(await openCriteoDataset({ processedDataFile: paths.dataPath, split: 'test' }), paths);
  }

  get length(): number {
    return this.#dataset.length;
  }

  /** @throws Error if the model does not fit the rows, or they are all of one label */
  async judge(state: ModelState): Promise<Judged> {
    const model = await Dlrm.fromStateDict(state);
    try {
      const { counts, idsFingerprint, denseFeatures } = this.#dataset;
      checkTablesFitData({ config: model.config, counts, idsFingerprint, denseFeatures, ...this.#paths });
      const { labels, scores } = await evaluate({ model, dataset: this.#dataset });
      const { rocAuc, logLoss } = binaryClassificationMetrics(labels, scores);
      if (rocAuc === undefined || logLoss === undefined) {
        throw new Error(`${this.#paths.dataPath}: expected both labels in the test split, found one`);
      }
      return { labels, scores, rocAuc, logLoss };
    } finally {
      await model.dispose();
    }
  }

  async close(): Promise<void> {
    await this.#dataset.close();
  }
}

/** The change of ROC AUC from one model to another in 1e-4, with its paired 95 % interval. */
export function aucChange(before: Judged, after: Judged): { value: number; lower: number; upper: number } {
  const { difference, interval } = pairedAucDifference(before.labels, before.scores, after.scores);
  return { value: 1e4 * difference, lower: 1e4 * interval[0], upper: 1e4 * interval[1] };
}
