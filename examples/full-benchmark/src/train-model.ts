import { idsMetadata, openCriteoDataset } from '@ds/criteo-data';
import { Dlrm, kaggleConfigFor, train, type EngineDescription } from '@ds/dlrm';
import type { BenchmarkOptions } from './options.js';
import type { OnProgress } from './stages.js';

/** Facts about the origin of the model for the report, by name. */
export type ModelFacts = Record<string, string | number>;

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
}): Promise<ModelFacts> {
  const dataset = await openCriteoDataset({ processedDataFile, split: 'train' });
  try {
    const { counts, denseFeatures, idsFingerprint } = dataset;
    const model = await Dlrm.create(kaggleConfigFor(counts, { denseFeatures }), {
      ...{ seed, engine },
      metadata: idsMetadata(idsFingerprint),
    });
    try {
      onEngine(model.engine);
      const { epochLosses } = await train({ model, dataset, epochs, learningRate, seed, onProgress });
      await model.save(modelPath);
      return {
        Model: `trained here: ${epochs} epoch${epochs > 1 ? 's' : ''} of SGD, learning rate ${learningRate}, batch 128`,
        'Embedding rows': counts.reduce((sum, rows) => sum + rows, 0),
        'Training rows': dataset.length,
        'Mean loss of the last epoch': epochLosses.at(-1)!.toFixed(4),
        Engine: model.engine.name,
      };
    } finally {
      await model.dispose();
    }
  } finally {
    await dataset.close();
  }
}
