import { openCriteoDataset, type DayCountOptions } from '@ds/criteo-data';
import { evaluate, pairedAucDifference, type Dlrm, type PairedAucDifference } from '@ds/dlrm';
import { binaryClassificationMetrics } from '@ds/dlrm/metrics';

/** Rows of a data set on which models are compared. */
type JudgedSplit = 'test' | 'validation';
type Dataset = Awaited<ReturnType<typeof openCriteoDataset>>;

/** The scores of a model for each row of a split. */
interface Scored {
  labels: Float32Array;
  scores: Float32Array;
  rocAuc: number;
  logLoss: number;
}

/** The quality of a model on these rows. */
export type Judgement = Record<JudgedSplit, Scored>;

/** The test and the validation split, kept open while many models are evaluated on them. */
export class JudgedRows {
  readonly #path: string;
  readonly #splits: Record<JudgedSplit, Dataset>;

  private constructor(path: string, splits: Record<JudgedSplit, Dataset>) {
    this.#path = path;
    this.#splits = splits;
  }

  /** @throws Error naming the file if it cannot be read, or a split without rows. */
  static async open(processedDataFile: string, dayCounts: DayCountOptions | undefined): Promise<JudgedRows> {
    const open = (split: JudgedSplit) => openCriteoDataset({ processedDataFile, split, dayCounts });
    const test = await open('test');
    try {
      const splits = { test, validation: await open('validation') };
      const empty = (['test', 'validation'] as const).find((split) => splits[split].length === 0);
      if (empty) throw new Error(`${processedDataFile}: expected rows in the ${empty} split, found none`);
      return new JudgedRows(processedDataFile, splits);
    } catch (error) {
      await test.close();
      throw error;
    }
  }

  /** Distinct values of each categorical column. */
  get counts(): Int32Array {
    return this.#splits.test.counts;
  }

  /** Number of dense features. */
  get denseFeatures(): number {
    return this.#splits.test.denseFeatures;
  }

  /** Fingerprint of the id dictionaries, if the file has it. */
  get idsFingerprint(): string | undefined {
    return this.#splits.test.idsFingerprint;
  }

  /**
   * Evaluates a model.
   *
   * @throws Error naming the file and the split if its labels are all equal or a score is not a number.
   */
  async judge(model: Dlrm): Promise<Judgement> {
    return { test: await this.#score(model, 'test'), validation: await this.#score(model, 'validation') };
  }

  /** The ids of the first rows of the test split, (tables, rows): those of each table are contiguous. */
  async testIds(rows: number): Promise<Int32Array[]> {
    for await (const { sparse, labels } of this.#splits.test.batches({ batchSize: rows })) {
      const tables = this.counts.length;
      return Array.from(this.counts, (_, table) =>
        Int32Array.from({ length: labels.length }, (_, row) => sparse[row * tables + table]!),
      );
    }
    return [];
  }

  async close(): Promise<void> {
    await this.#splits.test.close();
    await this.#splits.validation.close();
  }

  async #score(model: Dlrm, split: JudgedSplit): Promise<Scored> {
    const { labels, scores } = await evaluate({ model, dataset: this.#splits[split] });
    const broken = scores.findIndex((score) => !Number.isFinite(score));
    if (broken >= 0) {
      throw new Error(
        `${this.#path}: expected finite scores of the ${split} split, found ${scores[broken]} at row ${broken}`,
      );
    }
    const { rocAuc, logLoss } = binaryClassificationMetrics(labels, scores);
    if (rocAuc === undefined || logLoss === undefined) {
      throw new Error(`${this.#path}: expected both labels in the ${split} split, found ${labels[0]} only`);
    }
    return { labels, scores, rocAuc, logLoss };
  }
}

/** The change of ROC AUC on the test split from one model to another, with its interval. */
export function testAucChange(before: Judgement, after: Judgement): PairedAucDifference {
  return pairedAucDifference(before.test.labels, before.test.scores, after.test.scores);
}
