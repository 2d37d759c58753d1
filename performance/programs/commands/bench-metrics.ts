import { join } from 'node:path';
import { runDiskBenchmark } from '@ds/bench-disk';
import { runMetricsBenchmark } from '@ds/bench-metrics';
import { timeInPairs } from '../../measuring/paired-timing.js';
import { PythonRival } from '../../measuring/python-rival.js';
import { printComparisons } from '../../measuring/report-table.js';
import { smallModel } from '../../inputs/small-model.js';

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
const withoutFiles = join(folder, 'without-files.csv');
await runDiskBenchmark({ modelPath, keepModels: 'none', output: withoutFiles });
const output = join(folder, 'metrics.csv');
const timed = (ours: () => Promise<unknown>) => timeInPairs({ ours, rival, rounds: 3, warmUp: false });
const fromFiles = await timed(() => runMetricsBenchmark({ processedDataFile, sparseModelMetadata, output }));
const madeAgain = await timed(() =>
  runMetricsBenchmark({
    ...{ processedDataFile, sparseModelMetadata: withoutFiles, output },
    madeFrom: { modelPath },
  }),
);
rival.stop();
printComparisons('Models loaded and evaluated, 3.8 M values each, 4,286 test rows', [
  { work: `${models.length} models, from files`, timing: fromFiles, target: 10 },
  { work: `${models.length} models, made again from the trained one`, timing: madeAgain, target: 10 },
]);
