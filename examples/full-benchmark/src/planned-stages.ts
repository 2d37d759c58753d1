import type { BenchmarkOptions } from './options.js';

/** The stages of a run in order, each with its approximate relative duration. */
export function plannedStages({
  data,
  rawDataFile,
  processedDataFile,
  modelPath,
  skipFrontier,
  skipActivations,
}: Pick<
  BenchmarkOptions,
  'data' | 'rawDataFile' | 'processedDataFile' | 'modelPath' | 'skipFrontier' | 'skipActivations'
>): ReadonlyMap<string, number> {
  return new Map([
    ...(rawDataFile || processedDataFile ? [] : [[data.stage.name, data.stage.share] as const]),
    ...(processedDataFile ? [] : [['preprocess', 3] as const]),
    modelPath ? ['check the model', 1] : ['train', 22],
    ['prune and zip models', 25],
    ['quality', 17],
    ['forward time', 28],
    ['memory', 15],
    ...(skipFrontier ? [] : [['frontier', 40] as const]),
    ...(skipActivations ? [] : [['sparse activations', 20] as const]),
    ['report', 1],
  ]);
}
