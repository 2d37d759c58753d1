import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { timesPath } from '@ds/bench-models';
import type { BenchmarkOptions } from './options.js';

/**
 * Checks that no results of an earlier run would stay in the output folder beside those of this run, as if they were of it.
 * They are not removed, because they may have taken hours.
 *
 * @throws Error naming the folder and those results
 */
export function refuseLeftResults({
  outputDir,
  skipFrontier,
  skipActivations,
  keepModels,
}: Pick<BenchmarkOptions, 'outputDir' | 'skipFrontier' | 'skipActivations' | 'keepModels'>): void {
  const csvFiles = [
    ...(skipFrontier ? ['compression_frontier.csv'] : []),
    ...(skipActivations ? ['activation_sparsity.csv'] : []),
  ];
  const notWritten = [
    ...csvFiles.flatMap((name) => [name, timesPath(name)]),
    ...(skipFrontier || keepModels === 'none' ? [join('best', 'model.safetensors')] : []),
  ];
  const left = notWritten.filter((name) => existsSync(join(outputDir, name)));
  if (left.length === 0) return;
  throw new Error(
    `${outputDir}: has ${left.join(', ')} of an earlier run, which this run would leave beside its own results; ` +
      'choose another --output-dir, or move them away',
  );
}
