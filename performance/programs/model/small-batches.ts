import { join } from 'node:path';
import { Dlrm, exportOnnx, kaggleConfigFor } from '@ds/dlrm';
import { randomBatch, tenthOfKaggle } from '../../inputs/forward-batch.js';
import { temporaryFolder } from '../../inputs/temporary-folder.js';
import { threadsRest, timeInPairs } from '../../measuring/paired-timing.js';
import { PythonRival } from '../../measuring/python-rival.js';
import { printComparisons } from '../../measuring/report-table.js';

// The latency of one forward pass of a small batch, tables of a tenth of Kaggle's rows, random rows looked up. The weights are
// frozen, as in the model of the third rival. It runs the model that exportOnnx wrote.
const exported = join(temporaryFolder(), 'model.onnx');
const model = await Dlrm.create(kaggleConfigFor(tenthOfKaggle), { seed: 1 });
await exportOnnx({ model, output: exported });
await model.freeze();
const comparisons = [];
for (const batchSize of [1, 16, 128, 2048]) {
  const batch = randomBatch(batchSize, tenthOfKaggle);
  // A round takes a few tens of milliseconds, so that neither the clock nor a moment's disturbance counts.
  const repeats = Math.max(3, Math.round(400 / batchSize ** 0.7));
  const settings = { threads: 2, rows: tenthOfKaggle, batchSize, repeats };
  const rivals = [
    ['eager PyTorch', 'forward', { compiled: false }],
    ['torch.compile', 'forward', { compiled: true }],
    ["Python's onnxruntime", 'onnxruntime_forward', { model: exported }],
  ] as const;
  for (const [name, program, own] of rivals) {
    const rival = await PythonRival.start(program, { ...settings, ...own });
    const timing = await timeInPairs({
      pause: threadsRest,
      ours: () => model.forward(batch),
      rival,
      repeats,
      rounds: 15,
    });
    rival.stop();
    comparisons.push({ work: `batch of ${batchSize}, against ${name}`, timing, target: 1 });
  }
}
await model.dispose();
printComparisons('One forward pass of a small batch, a tenth of the rows of Kaggle', comparisons, {
  rival: 'Rival',
});
