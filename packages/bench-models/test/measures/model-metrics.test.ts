import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@ds/test-support';
import { readModelMetrics } from '../../src/index.js';

const folder = temporaryFolder();
const columns = 'norm,sparse_block_shape,sparsity_level,precision,recall,f1,roc_auc,accuracy,log_loss';
const row = 'L1,"(1, 4)",0.5,0.667,0.5,0.571,0.789,0.75,0.45';
const model = { norm: 'L1', sparseBlockShape: [1, 4], sparsityLevel: 0.5 };
const rounded = { precision: 0.667, recall: 0.5, f1: 0.571, rocAuc: 0.789, accuracy: 0.75, logLoss: 0.45 };

async function read(heading: string, line: string) {
  const path = join(folder, 'sparse_model_metrics.csv');
  await writeFile(path, `${heading}\n${line}\n`);
  return readModelMetrics(path);
}

test("the metrics of the original's file are its rounded ones", async () => {
  expect(await read(columns, row)).toEqual([{ ...model, ...rounded }]);
});

test('where a file has exact metrics too, they are read instead of the rounded ones', async () => {
  const exact = `${columns},precision_exact,roc_auc_exact,log_loss_exact,roc_auc_change`;
  expect(await read(exact, `${row},0.6666666666666666,0.78912345,0.4512345,-0.0012`)).toEqual([
    {
      ...model,
      ...{ ...rounded, precision: 0.6666666666666666, rocAuc: 0.78912345, logLoss: 0.4512345 },
      rocAucChange: -0.0012,
    },
  ]);
});

test('a metric that is not defined is an empty cell, and none of the model', async () => {
  const [found] = await read(`${columns},roc_auc_exact`, 'L1,"(1, 4)",0.5,,0.5,0.571,,0.75,0.45,');
  expect(found).toEqual({ ...model, recall: 0.5, f1: 0.571, accuracy: 0.75, logLoss: 0.45 });
});

test.each([
  ['roc_auc', '1.01', 'a number from 0 to 1'],
  ['roc_auc', '-0.01', 'a number from 0 to 1'],
  ['log_loss', '-0.1', 'a number of at least 0'],
  ['recall', 'nan', 'a number from 0 to 1'],
])('a %s of %s is refused by its column', async (column, cell, expected) => {
  const at = columns.split(',').indexOf(column);
  const cells = ['L1', '"(1, 4)"', '0.5', '0.1', '0.1', '0.1', '0.5', '0.5', '0.5'];
  cells[at] = cell;
  await expect(read(columns, cells.join())).rejects.toThrow(
    `line 2: ${column}: expected ${expected}, found '${cell}'`,
  );
});
