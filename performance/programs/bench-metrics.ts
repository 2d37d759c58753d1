import { join } from 'node:path';
import { readSparseModelMetadata, runDiskBenchmark } from '@ds/bench-disk';
import { runMetricsBenchmark } from '@ds/bench-metrics';
import { timeInPairs } from '../paired-timing.js';
import { PythonRival } from '../python-rival.js';
import { printComparisons } from '../report-table.js';
import { trainedModel } from '../trained-model.js';

// Six models of the grid on a test set of 4,286 rows.
const { folder, modelPath, rawDataFile, processedDataFile } = await trainedModel(60_000);
const metadata = join(folder, 'metadata.csv');
await runDiskBenchmark({
  modelPath,
  dumpPath: join(folder, 'models'),
  output: metadata,
  sparsityLevels: [0, 0.5, 0.9, 0.95, 0.99, 1],
  sparseBlockShapes: [[1, 1]],
  norms: ['L1'],
});
const models = (await readSparseModelMetadata(metadata)).map(({ path }) => path);
const rival = await PythonRival.start('bench_metrics', {
  threads: 2,
  rawDataFile,
  processedDataFile,
  models,
});
const timing = await timeInPairs({
  ours: () =>
    runMetricsBenchmark({
      processedDataFile,
      sparseModelMetadata: metadata,
      output: join(folder, 'metrics.csv'),
    }),
  rival,
  rounds: 3,
});
rival.stop();
printComparisons('bench-metrics: load and evaluate', [
  { work: `${models.length} models`, timing, wanted: 10 },
]);
