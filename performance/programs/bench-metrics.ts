import { join } from 'node:path';
import { runDiskBenchmark } from '@ds/bench-disk';
import { runMetricsBenchmark } from '@ds/bench-metrics';
import { timeInPairs } from '../measuring/paired-timing.js';
import { PythonRival } from '../measuring/python-rival.js';
import { printComparisons } from '../measuring/report-table.js';
import { smallModel } from '../inputs/small-model.js';

// The 60 models of the grid on a test set of 4,286 rows. A round of the rival takes a minute or two.
const { folder, modelPath, rawDataFile, processedDataFile } = await smallModel();
const sparseModelMetadata = join(folder, 'metadata.csv');
const models = await runDiskBenchmark({
  modelPath,
  dumpPath: join(folder, 'models'),
  output: sparseModelMetadata,
});
const rival = await PythonRival.start('bench_metrics', {
  threads: 2,
  rawDataFile,
  processedDataFile,
  models: models.map(({ path }) => path),
});
const output = join(folder, 'metrics.csv');
const timing = await timeInPairs({
  ours: () => runMetricsBenchmark({ processedDataFile, sparseModelMetadata, output }),
  rival,
  rounds: 2,
  warmUp: false,
});
rival.stop();
printComparisons('Models loaded and evaluated, 3.8 M values each, 4,286 test rows', [
  { work: `${models.length} models`, timing, target: 10 },
]);
