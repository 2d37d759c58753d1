import type { Split } from '@ds/criteo-data';
import type { BenchmarkOptions } from './options.js';

/** The splits of the data that a run reads. */
export function neededSplits({
  modelPath,
  skipFrontier,
  skipActivations,
}: Pick<BenchmarkOptions, 'modelPath' | 'skipFrontier' | 'skipActivations'>): Split[] {
  const isTrainingRead = modelPath === undefined || !skipFrontier || !skipActivations;
  return [
    'test',
    ...(isTrainingRead ? ['train' as const] : []),
    ...(skipFrontier ? [] : ['validation' as const]),
  ];
}
