import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readNpz, writeNpz } from '@ds/criteo-data/npz';
import { loadCheckpoint, saveCheckpoint } from '@ds/dlrm';
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
    expect(ours[0]).toEqual([...originals[0]!, 'average_precision', 'normalized_entropy']);
    expect(ours.map((cells) => cells.slice(0, 9))).toEqual(originals);

    const sixDecimals = cellsOf(await readFile(join(originalRun, 'six_decimals.csv'), 'utf8'));
    const metrics = ['precision', 'recall', 'f1', 'rocAuc', 'accuracy', 'logLoss'] as const;
    const differences = rows.flatMap((row, index) =>
      metrics.map((metric, i) => Math.abs(row[metric]! - Number(sixDecimals[1 + index]![3 + i]))),
    );
    expect(Math.max(...differences)).toBeLessThan(6e-7);
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
      return runMetricsBenchmark({ processedDataFile, sparseModelMetadata, output, batchSize: 100 });
    };
    const [original] = await metricsOf([originalModel]);
    const [other] = await metricsOf([changedModel]);
    expect(other!.logLoss).not.toBe(original!.logLoss);
    const models = [originalModel, originalModel, changedModel, originalModel];
    const withLevels = [original, original, other, original].map((metrics, place) => ({
      ...metrics,
      sparsityLevel: place / 10,
    }));
    expect(await metricsOf(models)).toEqual(withLevels);
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
