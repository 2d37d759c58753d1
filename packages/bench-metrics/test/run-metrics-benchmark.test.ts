import { appendFile, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readNpz, writeNpz } from '@ds/criteo-data/npz';
import { readModelMetrics, readSparseModelMetadata } from '@ds/bench-models';
import { openCriteoDataset } from '@ds/criteo-data';
import { Dlrm, evaluate, loadCheckpoint, pairedAucDifference, saveCheckpoint } from '@ds/dlrm';
import {
  benchCommand,
  originalData as processedDataFile,
  originalModel,
  originalRun,
  temporaryFolder,
} from '@ds/test-support';
import { runMetricsBenchmark } from '../src/index.js';

const root = temporaryFolder();

async function dumpedModels(...grid: string[]) {
  const folder = await mkdtemp(join(root, 'metrics-'));
  const sparseModelMetadata = join(folder, 'sparse_model_metadata.csv');
  const files = ['--model-path', originalModel, '--sparsified-model-dump-path', join(folder, 'dump')];
  const { status } = benchCommand('bench-disk')([...files, '--output', sparseModelMetadata, ...grid]);
  expect(status).toBe(0);
  return { sparseModelMetadata, output: join(folder, 'sparse_model_metrics.csv') };
}

const cellsOf = (csv: string) =>
  csv
    .trim()
    .split('\n')
    .map((line) => line.replace(/"\((\d+), (\d+)\)"/, '($1 $2)').split(','));

describe('runMetricsBenchmark', () => {
  test("gives the original's metrics of all 60 models to 3 decimals (PyTorch 2.15, scikit-learn 1.9)", async () => {
    const { sparseModelMetadata, output } = await dumpedModels();
    const progress: number[][] = [];
    const rows = await runMetricsBenchmark({
      processedDataFile,
      sparseModelMetadata,
      output,
      onProgress: (done, total) => progress.push([done, total]),
    });
    expect(progress).toEqual(Array.from({ length: 61 }, (_, done) => [done, 60]));

    const ours = cellsOf(await readFile(output, 'utf8'));
    const originals = cellsOf(await readFile(join(originalRun, 'sparse_model_metrics.csv'), 'utf8'));
    const metricNames = originals[0]!.slice(3);
    const own = ['average_precision', 'normalized_entropy', 'roc_auc_change'];
    own.push('roc_auc_change_lower', 'roc_auc_change_upper', 'log_loss_change');
    expect(ours[0]).toEqual([...originals[0]!, ...own, ...metricNames.map((name) => `${name}_exact`)]);
    expect(ours.map((cells) => cells.slice(0, 9))).toEqual(originals);

    const sixDecimals = cellsOf(await readFile(join(originalRun, 'six_decimals.csv'), 'utf8'));
    const metrics = ['precision', 'recall', 'f1', 'rocAuc', 'accuracy', 'logLoss'] as const;
    const differences = rows.flatMap((row, index) =>
      metrics.map((metric, i) => Math.abs(row[metric]! - Number(sixDecimals[1 + index]![3 + i]))),
    );
    expect(Math.max(...differences)).toBeLessThan(6e-7);

    // Our own columns are not rounded, and read in place of the original's.
    const read = await readModelMetrics(output);
    expect(read).toEqual(rows);
  });

  test('compares each model with the unpruned one, in a part without it too', async () => {
    const grid = ['--sparsity-levels', '0,0.9', '--sparse-block-shapes', '1x4', '--norms', 'L1'];
    const { sparseModelMetadata, output } = await dumpedModels(...grid);
    const metrics = { processedDataFile, sparseModelMetadata, output };
    const [unpruned, pruned] = await runMetricsBenchmark(metrics);
    expect(unpruned).toMatchObject({
      rocAucChange: 0,
      rocAucChangeLower: 0,
      rocAucChangeUpper: 0,
      logLossChange: 0,
    });
    const [model, other] = (await readSparseModelMetadata(sparseModelMetadata)).map(({ path }) => path);
    const dataset = await openCriteoDataset({ processedDataFile, split: 'test' });
    const scored = [];
    for (const path of [model!, other!]) {
      const dlrm = await Dlrm.load(path);
      scored.push(await evaluate({ model: dlrm, dataset }));
      await dlrm.dispose();
    }
    await dataset.close();
    const [before, after] = scored as [(typeof scored)[0], (typeof scored)[0]];
    const { difference, interval } = pairedAucDifference(before.labels, before.scores, after.scores);
    expect(pruned!.rocAucChange).toBeCloseTo(difference, 10);
    expect([pruned!.rocAucChangeLower, pruned!.rocAucChangeUpper]).toEqual(
      interval.map((end) => expect.closeTo(end, 10)),
    );
    expect(pruned!.logLossChange).toBeCloseTo(pruned!.logLoss! - unpruned!.logLoss!, 12);
    const [part] = await runMetricsBenchmark({ ...metrics, shard: { index: 2, count: 2 } });
    expect(part).toEqual(pruned);
    // Of another run.
    await appendFile(model!, 'x');
    await expect(runMetricsBenchmark({ ...metrics, shard: { index: 2, count: 2 } })).rejects.toThrow(
      /^.*_sl=0\.0\.zip: expected \d+ bytes, as .* says, found \d+: the file is of another run/,
    );
  });

  test('leaves the changes empty where no model is unpruned', async () => {
    const { sparseModelMetadata, output } = await dumpedModels('--sparsity-levels', '0.9', '--norms', 'L1');
    const rows = await runMetricsBenchmark({ processedDataFile, sparseModelMetadata, output });
    for (const row of rows) expect(row.rocAucChange).toBeUndefined();
    const [heading, row] = cellsOf(await readFile(output, 'utf8')) as [string[], string[]];
    expect(row[heading.indexOf('roc_auc_change')]).toBe('');
    expect(Number(row[heading.indexOf('roc_auc_exact')])).toBe(rows[0]!.rocAuc);
  });

  test('measures models of other layers too, each as alone', async () => {
    const folder = await mkdtemp(join(root, 'metrics-'));
    const changed = await loadCheckpoint(originalModel);
    changed['bot_l.0.bias']!.data.fill(0.5);
    const changedModel = join(folder, 'changed.ckpt');
    await saveCheckpoint(changedModel, changed);
    const metricsOf = async (models: readonly string[]) => {
      const sparseModelMetadata = join(folder, 'metadata.csv');
      const header = 'norm,sparse_block_shape,sparsity_level,step_time_sec,zip_file_size,path';
      const rows = models.map((path, place) => `L1,"(1, 1)",0.${place},0.0,0,${path}`);
      await writeFile(sparseModelMetadata, `${[header, ...rows].join('\n')}\n`);
      const output = join(folder, 'metrics.csv');
      // A batch that does not divide the rows, so that there are several and a rest.
      const measured = await runMetricsBenchmark({
        processedDataFile,
        sparseModelMetadata,
        output,
        batchSize: 100,
      });
      // The changes are those against another model each time.
      return measured.map((row) =>
        Object.fromEntries(Object.entries(row).filter(([name]) => !/Change/.test(name))),
      );
    };
    const [original] = await metricsOf([originalModel]);
    const [other] = await metricsOf([changedModel]);
    const made = jest.spyOn(Dlrm, 'fromStateDict');
    expect(other!['logLoss']).not.toBe(original!['logLoss']);
    const models = [originalModel, originalModel, changedModel, originalModel];
    const withLevels = [original, original, other, original].map((metrics, place) => ({
      ...metrics,
      sparsityLevel: place / 10,
    }));
    expect(await metricsOf(models)).toEqual(withLevels);
    expect(made.mock.calls).toHaveLength(2); // a file once, for all its rows
  });

  test('writes as many decimals as are asked for', async () => {
    const { sparseModelMetadata, output } = await dumpedModels('--sparsity-levels', '0', '--norms', 'L1');
    const metrics = { processedDataFile, sparseModelMetadata, output };
    const rows = await runMetricsBenchmark({ ...metrics, decimals: Infinity });
    const logLoss = async () => (cellsOf(await readFile(output, 'utf8'))[1] as string[])[8]!;
    expect(Number(await logLoss())).toBe(rows[0]!.logLoss);
    await runMetricsBenchmark({ ...metrics, decimals: 1 });
    expect(await logLoss()).toBe('0.6');
  });

  test('leaves a cell empty where a metric is undefined', async () => {
    const { sparseModelMetadata, output } = await dumpedModels('--sparsity-levels', '1', '--norms', 'L1');
    const arrays = await readNpz(processedDataFile);
    (arrays['y']!.data as Int32Array).fill(0);
    const oneClass = join(output, '..', 'one-class.npz');
    await writeNpz(oneClass, arrays);
    await runMetricsBenchmark({ processedDataFile: oneClass, sparseModelMetadata, output });
    const [heading, row] = cellsOf(await readFile(output, 'utf8')) as [string[], string[]];
    const cells = Object.fromEntries(heading.map((name, i) => [name, row[i]]));
    expect(cells).toMatchObject({ precision: '0.0', recall: '0.0', f1: '0.0', roc_auc: '', log_loss: '' });
    expect(cells['normalized_entropy']).toBe('');
    expect(Number(cells['accuracy'])).toBeGreaterThan(0.5);
  });
});
