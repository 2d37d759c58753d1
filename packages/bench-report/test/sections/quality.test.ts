import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createReport } from '../../src/index.js';
import { withTemporaryFolder } from '../temporary-folder.js';

/** The page and the chart of ROC AUC of a run with these models: norm, block, level and method, and their ROC AUC. */
async function report(...models: readonly (readonly [point: string, rocAuc: number])[]) {
  return withTemporaryFolder(async (outputDir) => {
    const at = (name: string) => join(outputDir, name);
    const write = (name: string, columns: string, lines: string[]) =>
      writeFile(
        at(name),
        [`norm,sparse_block_shape,sparsity_level,method,${columns}`, ...lines, ''].join('\n'),
      );
    await write(
      'metadata.csv',
      'step_time_sec,zip_file_size,path,bytes',
      models.map(([point], place) => `${point},0.1,3,${place}.zip,4096000`),
    );
    await write(
      'metrics.csv',
      'precision,recall,f1,roc_auc,accuracy,log_loss',
      models.map(([point, rocAuc]) => `${point},0.5,0.5,0.5,${rocAuc},0.75,0.5`),
    );
    const { reportFile } = await createReport({
      sparseModelMetadata: at('metadata.csv'),
      sparseModelMetrics: at('metrics.csv'),
      outputDir,
    });
    return {
      html: await readFile(reportFile, 'utf8'),
      chart: await readFile(at('roc-auc.svg'), 'utf8'),
    };
  });
}

test('the test split is half of the last day, however many days the data have', async () => {
  const { html } = await report(['L1,"(1, 4)",0.0,', 0.72], ['L1,"(1, 4)",0.9,', 0.69]);
  expect(html).toContain('the whole test split (the first half of the last day of the data)');
  expect(html).not.toContain('seventh');
});

const isUnprunedNote = 'Models pruned to level 0 are the unpruned model';

test('the line of the unpruned model is that of the values at level 0, not of codes', async () => {
  const { html, chart } = await report(
    [',,0.0,rows-int8', 0.71],
    [',,0.9,rows-int8', 0.7],
    ['L1,"(1, 4)",0.0,', 0.72],
    ['L1,"(1, 4)",0.9,', 0.69],
  );
  expect(chart).toContain('not pruned: 0.72<');
  expect(html).not.toContain(isUnprunedNote);
});

test('models of codes alone have no line of the unpruned model', async () => {
  const { html, chart } = await report([',,0.0,rows-int8', 0.71], [',,0.9,rows-int8', 0.7]);
  expect(chart).not.toContain('not pruned');
  expect(html).not.toContain(isUnprunedNote);
  const pruned = await report(['L1,"(1, 4)",0.0,', 0.72], ['L1,"(1, 4)",0.9,', 0.69]);
  expect(pruned.html).toContain(isUnprunedNote);
});
