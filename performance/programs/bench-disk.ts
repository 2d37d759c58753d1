import { join } from 'node:path';
import { runDiskBenchmark } from '@ds/bench-disk';
import { timeInPairs } from '../paired-timing.js';
import { PythonRival } from '../python-rival.js';
import { printComparisons } from '../report-table.js';
import { trainedModel } from '../trained-model.js';

// Six of the grid's 60 models, dense to all pruned, so that a round of the rival takes seconds.
const sparsityLevels = [0, 0.5, 0.9, 0.95, 0.99, 1];
const { folder, modelPath } = await trainedModel(60_000);
const rival = await PythonRival.start('bench_disk', {
  threads: 2,
  modelPath,
  grid: sparsityLevels.map((level) => ['L1', [1, 1], level]),
});
const timing = await timeInPairs({
  ours: () =>
    runDiskBenchmark({
      modelPath,
      dumpPath: join(folder, 'models'),
      output: join(folder, 'metadata.csv'),
      sparsityLevels,
      sparseBlockShapes: [[1, 1]],
      norms: ['L1'],
    }),
  rival,
  rounds: 3,
});
rival.stop();
printComparisons('bench-disk: sparsify, serialise and deflate', [
  { work: `${sparsityLevels.length} models`, timing, wanted: 10 },
]);
