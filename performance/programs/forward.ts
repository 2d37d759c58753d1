import { Dlrm, kaggleDlrmConfig } from '@ds/dlrm';
import { timeInPairs } from '../paired-timing.js';
import { PythonRival } from '../python-rival.js';
import { printComparisons } from '../report-table.js';

// The forward pass at batch 16384 with tables of a tenth of Kaggle's rows, random rows looked up.
const batchSize = 16384;
const tableRows = kaggleDlrmConfig.tableRows.map((rows) => Math.max(1, Math.round(rows / 10)));
const model = await Dlrm.create({ ...kaggleDlrmConfig, tableRows }, { seed: 1 });
let state = 1;
const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
const batch = {
  dense: Float32Array.from({ length: batchSize * 13 }, () => Math.log(1 + Math.floor(1000 * random()))),
  sparse: Int32Array.from({ length: batchSize * 26 }, (_, at) => Math.floor(random() * tableRows[at % 26]!)),
};
const comparisons = [];
for (const [compiled, wanted] of [
  [false, 1.8],
  [true, 1.5],
] as const) {
  const rival = await PythonRival.start('forward', { threads: 2, rows: tableRows, batchSize, compiled });
  const timing = await timeInPairs({ ours: () => model.forward(batch), rival, rounds: 15 });
  rival.stop();
  comparisons.push({ work: compiled ? 'beside torch.compile' : 'beside eager PyTorch', timing, wanted });
}
await model.dispose();
printComparisons('The forward pass, batch 16384, a tenth of the rows of Kaggle', comparisons);
