import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSparseModelMetadata } from '@ds/bench-disk';
import { saveKaggleModel } from '../kaggle-model.js';
import { runMeasured } from '../measured-command.js';
import { printTable } from '../report-table.js';
import { temporaryFolder } from '../temporary-folder.js';

// The command at Kaggle's size: 33.8 M rows of 16, one norm, both block shapes, three levels. Needs 6 GB of disk.
const folder = temporaryFolder();
const modelPath = join(folder, 'criteo_model.ckpt');
const metadata = join(folder, 'metadata.csv');
const { bytes, layerBytes } = await saveKaggleModel(modelPath);
const cli = join(fileURLToPath(import.meta.resolve('@ds/bench-disk')), '../cli.js');
const { seconds, peakBytes } = await runMeasured(cli, [
  ...[
    '--model-path',
    modelPath,
    '--sparsified-model-dump-path',
    join(folder, 'models'),
    '--output',
    metadata,
  ],
  ...['--norms', 'L1', '--sparsity-levels', '0.5,0.9,1'],
]);
const models = await readSparseModelMetadata(metadata);
const emptied = Math.max(
  ...models.filter(({ sparsityLevel }) => sparsityLevel === 1).map((model) => model.bytes!),
);

const gigabytes = (count: number) => `${(count / 1e9).toPrecision(3)} GB`;
const mostBytes = 2 * bytes + 1e9;
printTable(
  `bench-disk on a model of ${gigabytes(bytes)} (layers ${(layerBytes / 1e6).toPrecision(3)} MB): norm L1, levels 0.5, 0.9, 1, both block shapes`,
  ['Work', 'Measured', 'Wanted', 'Reached'],
  [
    [`${models.length} models`, `${seconds.toPrecision(3)} s`, '-', '-'],
    [
      'peak memory',
      gigabytes(peakBytes),
      `at most ${gigabytes(mostBytes)}, the model twice and 1 GB`,
      peakBytes <= mostBytes ? 'yes' : 'no',
    ],
    [
      'largest zip at level 1',
      `${(emptied / 1e6).toPrecision(3)} MB`,
      'near the layers',
      emptied < 4 * layerBytes ? 'yes' : 'no',
    ],
  ],
);
