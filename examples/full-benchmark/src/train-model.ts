import { idsMetadata, openCriteoDataset } from '@ds/criteo-data';
import { Dlrm, evaluate, kaggleConfigFor, train, type EngineDescription } from '@ds/dlrm';
import { binaryClassificationMetrics } from '@ds/dlrm/metrics';
import type { BenchmarkOptions } from './options.js';
import type { EpochRecord } from './run-record.js';
import type { OnProgress } from './stages.js';

/** Facts about the origin of the model for the report, by name. */
export type ModelFacts = Record<string, string | number>;

/** A model that was trained. */
export interface TrainedModel {
  facts: ModelFacts;
  epochs: EpochRecord;
}

/** Trains the Kaggle network, with tables for the values of the data, on days 1 to 6, and saves it. */
export async function trainModel({
  processedDataFile,
  modelPath,
  epochs,
  learningRate,
  seed,
  engine,
  onEngine,
  onProgress,
}: Pick<BenchmarkOptions, 'epochs' | 'learningRate' | 'seed' | 'engine'> & {
  processedDataFile: string;
  /** The checkpoint to write. */
  modelPath: string;
  /** Called with the engine that runs the network, and why. */
  onEngine: (engine: EngineDescription) => void;
  onProgress: OnProgress;
}): Promise<TrainedModel> {
  const dataset = await openCriteoDataset({ processedDataFile, split: 'train' });
  const validation = await openCriteoDataset({ processedDataFile, split: 'validation' });
  try {
    const { counts, denseFeatures, idsFingerprint } = dataset;
    const model = await Dlrm.create(kaggleConfigFor(counts, { denseFeatures }), {
      ...{ seed, engine },
      metadata: idsMetadata(idsFingerprint),
    });
    try {
      onEngine(model.engine);
      const validationRocAuc: (number | null)[] = [];
      const { epochLosses } = await train({
        ...{ model, dataset, epochs, learningRate, seed, onProgress },
        afterEpoch: async () => {
          if (validation.length === 0) return;
          const { labels, scores } = await evaluate({ model, dataset: validation });
          validationRocAuc.push(binaryClassificationMetrics(labels, scores).rocAuc ?? null);
        },
      });
      await model.save(modelPath);
      const facts = {
        Model: `trained here: ${epochs} epoch${epochs > 1 ? 's' : ''} of SGD, learning rate ${learningRate}, batch 128`,
        'Embedding rows': counts.reduce((sum, rows) => sum + rows, 0),
        'Training rows': dataset.length,
        'Mean loss of the last epoch': epochLosses.at(-1)!.toFixed(4),
        Engine: model.engine.name,
      };
      const best = Math.max(...validationRocAuc.map((auc) => auc ?? -Infinity));
      const bestEpoch = validationRocAuc.indexOf(best) + 1;
      return { facts, epochs: { epochs, validationRocAuc, ...(bestEpoch > 0 && { bestEpoch }) } };
    } finally {
      await model.dispose();
    }
  } finally {
    await dataset.close();
    await validation.close();
  }
}
