import { DataNormSparsifier } from '@ds/data-sparsifier';
import { kaggleTables } from '../../inputs/kaggle-tables.js';
import { timeInPairs } from '../../measuring/paired-timing.js';
import { PythonRival } from '../../measuring/python-rival.js';
import { printComparisons } from '../../measuring/report-table.js';

// One sparsifier step at level 0.9 on 26 tables of a tenth of Kaggle's rows, 54 M values.
const tables = kaggleTables(0.1);
const comparisons = [];
for (const [block, targetOnOne, targetWithThreads] of [
  [[1, 1], 15, 25],
  [[1, 4], 8, 15],
] as const) {
  const rival = await PythonRival.start('sparsifier', {
    threads: 2,
    rows: tables.map(({ shape }) => shape[0]),
    levels: [0.9],
    block,
    norm: 'L1',
  });
  const sparsifier = () => {
    const made = new DataNormSparsifier({ sparsityLevel: 0.9, sparseBlockShape: block, norm: 'L1' });
    for (const { name, data, shape } of tables) made.addData(name, { data, shape });
    return made;
  };
  const onOne = await timeInPairs({ ours: () => sparsifier().step(), rival, rounds: 3 });
  const withThreads = await timeInPairs({
    ours: () => sparsifier().stepInThreads({ threads: 2 }),
    rival,
    rounds: 3,
  });
  rival.stop();
  const work = `block (${block.join(', ')})`;
  comparisons.push({ work: `${work}, one thread`, timing: onOne, target: targetOnOne });
  comparisons.push({ work: `${work}, two threads`, timing: withThreads, target: targetWithThreads });
}
printComparisons('One sparsifier step, level 0.9, L1, a tenth of the rows of Kaggle', comparisons);
