import { Dlrm, kaggleConfigFor } from '@ds/dlrm';
import { randomBatch, tenthOfKaggle } from '../../inputs/forward-batch.js';
import { threadsRest, timeInPairs } from '../../measuring/paired-timing.js';
import { PythonRival } from '../../measuring/python-rival.js';
import { printComparisons } from '../../measuring/report-table.js';

// The forward pass at batch 16384 with tables of a tenth of Kaggle's rows, random rows looked up; first of a model as it was
// created, then of the frozen one.
const batchSize = 16384;
// Passes in a row in one turn, so that neither side's threads have just been asleep.
const repeats = 4;
const model = await Dlrm.create(kaggleConfigFor(tenthOfKaggle), { seed: 1 });
const batch = randomBatch(batchSize, tenthOfKaggle);
const comparisons = [];
for (const [isFrozen, compiled, target] of [
  [false, false, 1.8],
  [false, true, 1.5],
  [true, false, 1.8],
  [true, true, 1.5],
] as const) {
  if (isFrozen) await model.freeze();
  const rival = await PythonRival.start('forward', {
    threads: 2,
    rows: tenthOfKaggle,
    batchSize,
    compiled,
    repeats,
  });
  const timing = await timeInPairs({
    pause: threadsRest,
    ours: () => model.forward(batch),
    rival,
    repeats,
    rounds: 15,
  });
  rival.stop();
  const work = `${isFrozen ? 'frozen, ' : ''}against ${compiled ? 'torch.compile' : 'eager PyTorch'}`;
  comparisons.push({ work, timing, target });
}
await model.dispose();
printComparisons('The forward pass, batch 16384, a tenth of the rows of Kaggle', comparisons);
