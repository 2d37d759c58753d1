import { join } from 'node:path';
import { benchmarkGrid } from '@ds/bench-models';
import { runDiskBenchmark } from '@ds/bench-disk';
import { timeInPairs } from '../../measuring/paired-timing.js';
import { PythonRival } from '../../measuring/python-rival.js';
import { printComparisons } from '../../measuring/report-table.js';
import { smallModel } from '../../inputs/small-model.js';

// The whole grid, 60 models of 3.8 M values. A round of the rival takes minutes.
const { folder, modelPath } = await smallModel();
const grid = benchmarkGrid().flatMap(({ norm, sparseBlockShape, sparsityLevels }) =>
  sparsityLevels.map((level) => [norm, sparseBlockShape, level]),
);
const rival = await PythonRival.start('bench_disk', { threads: 2, modelPath, grid });
const timing = await timeInPairs({
  ours: () =>
    runDiskBenchmark({
      modelPath,
      dumpPath: join(folder, 'models'),
      output: join(folder, 'metadata.csv'),
    }),
  rival,
  rounds: 2,
  warmUp: false,
});
rival.stop();
printComparisons('Models pruned, serialised and deflated, 3.8 M values each', [
  { work: `${grid.length} models`, timing, target: 10 },
]);
