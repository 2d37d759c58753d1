import { QuantizedTable, SparseTable, TableMemory } from '@ds/data-sparsifier';
import { kaggleDlrmConfig } from '@ds/dlrm';
import { tenthOfKaggle } from '../../inputs/forward-batch.js';
import { timeInPairs } from '../../measuring/paired-timing.js';
import { PythonRival } from '../../measuring/python-rival.js';
import { printComparisons } from '../../measuring/report-table.js';

// The lookups of a batch of 16384 in 26 pruned tables of a tenth of Kaggle's rows, level 0.9: ours on one thread,
// PyTorch's int8 rows with pruned rows and an index remap on two.
const batchSize = 16384;
const level = 0.9;
const dim = kaggleDlrmConfig.embeddingDim;
let state = 1;
const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
const comparisons = [];
for (const blockWidth of [1, 4]) {
  const settings = { threads: 2, rows: tenthOfKaggle, batchSize, level, blockWidth };
  const rival = await PythonRival.start('pruned_gather', settings);
  for (const kind of ['sparse', 'int8'] as const) {
    const memory = new TableMemory();
    const ids = memory.allocate(4 * batchSize * tenthOfKaggle.length);
    const out = memory.allocate(4 * batchSize * dim);
    const tables = tenthOfKaggle.map((rows) => {
      const data = new Float32Array(rows * dim);
      for (let at = 0; at < data.length; at += blockWidth) {
        if (random() >= level) data.fill(random(), at, at + blockWidth);
      }
      const table = { data, shape: [rows, dim] };
      return kind === 'sparse'
        ? SparseTable.fromDense({ table, blockWidth, memory })
        : QuantizedTable.fromDense({ table, memory });
    });
    tables.forEach(({ rows }, index) => {
      const column = memory.int32(ids + 4 * batchSize * index, batchSize);
      column.forEach((_, i) => (column[i] = Math.floor(random() * rows)));
    });
    const gather = () => {
      const rowsOut = memory.float32(out, batchSize * dim);
      tables.forEach((table, index) => {
        table.gatherRows(memory.int32(ids + 4 * batchSize * index, batchSize), rowsOut, dim);
      });
    };
    const timing = await timeInPairs({ ours: gather, rival, rounds: 15 });
    comparisons.push({ work: `${kind}, block (1, ${blockWidth})`, timing, target: 0.333 });
  }
  rival.stop();
}
printComparisons(
  'Lookups of 16,384 rows in each of 26 tables of a tenth of the rows of Kaggle, level 0.9; ours on one thread',
  comparisons,
  { rival: 'PyTorch, int8 rows with remap, two threads' },
);
