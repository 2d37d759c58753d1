import { Dlrm, kaggleConfigFor } from '@ds/dlrm';
import { randomBatch, tenthOfKaggle } from '../../inputs/forward-batch.js';
import { timeInPairs } from '../../measuring/paired-timing.js';
import { PythonRival } from '../../measuring/python-rival.js';
import { printComparisons } from '../../measuring/report-table.js';

// The forward pass at batch 16384 with tables of a tenth of Kaggle's rows, random rows looked up.
const batchSize = 16384;
const model = await Dlrm.create(kaggleConfigFor(tenthOfKaggle), { seed: 1 });
const batch = randomBatch(batchSize, tenthOfKaggle);
const comparisons = [];
for (const [compiled, target] of [
  [false, 1.8],
  [true, 1.5],
] as const) {
  const rival = await PythonRival.start('forward', { threads: 2, rows: tenthOfKaggle, batchSize, compiled });
  const timing = await timeInPairs({ ours: () => model.forward(batch), rival, rounds: 15 });
  rival.stop();
  comparisons.push({ work: compiled ? 'against torch.compile' : 'against eager PyTorch', timing, target });
}
await model.dispose();
printComparisons('The forward pass, batch 16384, a tenth of the rows of Kaggle', comparisons);
