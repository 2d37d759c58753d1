import { levelSweepsInThreads } from '@ds/data-sparsifier';
import { kaggleTables } from '../../inputs/kaggle-tables.js';
import { timeInPairs } from '../../measuring/paired-timing.js';
import { PythonRival } from '../../measuring/python-rival.js';
import { printComparisons } from '../../measuring/report-table.js';

// The masks of the benchmark's 20 levels, where each block is ranked once and a level is a cut, compared with 20 steps of
// PyTorch. A fiftieth of Kaggle's rows, so that one round of the rival takes seconds instead of minutes.
const levels = [
  0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99, 1,
];
const tables = kaggleTables(0.02);
const masks = tables.map(({ data }) => new Uint8Array(data.length));
const rival = await PythonRival.start('sparsifier', {
  threads: 2,
  rows: tables.map(({ shape }) => shape[0]),
  levels,
  block: [1, 1],
  norm: 'L1',
});
const named = Object.fromEntries(tables.map(({ name, data, shape }) => [name, { data, shape }]));
const sweep = () =>
  levelSweepsInThreads({ tables: named, levels, sparseBlockShape: [1, 1], norm: 'L1', threads: 2 });
const ranked = await timeInPairs({ ours: sweep, rival, rounds: 3 });
const written = await timeInPairs({
  ours: async () => {
    const sweeps = [...(await sweep()).values()];
    for (const level of levels) sweeps.forEach((one, index) => one.mask(level, masks[index]));
  },
  rival,
  rounds: 3,
});
rival.stop();
printComparisons('The masks of all 20 levels, block (1, 1), L1, a fiftieth of the rows of Kaggle', [
  { work: 'blocks ranked, any level a cut', timing: ranked, target: 150 },
  { work: 'and the mask of each level written out', timing: written, target: 150 },
]);
