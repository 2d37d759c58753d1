import type { RunInfo } from '@ds/bench-report';
import type { ForwardPlan } from './forward-plan.js';
import type { BenchmarkOptions } from './options.js';
import type { ModelFacts } from './train-model.js';

/** The settings and notes of a run for its report. */
export function describeRun({
  options,
  training,
  forward,
  models,
  seconds,
}: {
  options: BenchmarkOptions;
  training: ModelFacts;
  forward: ForwardPlan;
  models: number;
  seconds: ReadonlyMap<string, number>;
}): Pick<RunInfo, 'settings' | 'notes'> {
  const ownData = options.processedDataFile ?? options.rawDataFile;
  const notes = [
    ...(ownData ? [] : [options.data.note(options)]),
    ...(forward.full
      ? []
      : [
          `Forward time is measured at sparsity levels ${forward.sparsityLevels.join(', ')} with ${forward.runs} runs each, and memory at these levels, ` +
            'to keep the benchmark short; --full-forward measures every level, and forward time with 100 runs.' +
            (options.skipActivations
              ? ''
              : ' Sparse activations, too, are measured by a few scores at a few levels only.'),
        ]),
  ];
  const took = [...seconds].map(([stage, time]) => `${stage} ${time.toFixed(1)} s`).join(', ');
  return {
    settings: {
      Data: ownData ?? options.data.setting(options),
      ...training,
      Models: models,
      'Forward runs': forward.runs,
      'Time of the stages': took,
    },
    notes,
  };
}
