import { openCriteoDataset } from '@ds/criteo-data';
import { Dlrm, kaggleConfigFor } from '@ds/dlrm';
import { criteoSample } from '../../inputs/criteo-sample.js';
import { threadsRest, timeInPairs } from '../../measuring/paired-timing.js';
import { PythonRival } from '../../measuring/python-rival.js';
import { printComparisons } from '../../measuring/report-table.js';

// 150 iterations of the training loop at mini-batch 128, Kaggle's architecture, batches read and shuffled.
const iterations = 150;
const { rawDataFile, processedDataFile } = await criteoSample(60_000);
const dataset = await openCriteoDataset({ processedDataFile, split: 'train' });
const model = await Dlrm.create(kaggleConfigFor(dataset.counts), { seed: 1 });
const rival = await PythonRival.start('training', { threads: 2, rawDataFile, processedDataFile, iterations });
const timing = await timeInPairs({
  pause: threadsRest,
  rounds: 9,
  ours: async () => {
    let iteration = 0;
    for await (const batch of dataset.batches({ batchSize: 128, shuffleSeed: 1 })) {
      await model.trainStep(batch, { learningRate: 0.1 });
      if (++iteration === iterations) break;
    }
  },
  rival,
});
rival.stop();
await model.dispose();
await dataset.close();
printComparisons('The training loop, mini-batch 128, data loading included', [
  { work: `${iterations} iterations`, timing, target: 2 },
]);
