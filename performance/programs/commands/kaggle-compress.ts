import { join } from 'node:path';
import { kaggleDlrmConfig } from '@ds/dlrm';
import { saveKaggleModel } from '../../inputs/kaggle-model.js';
import { temporaryFolder } from '../../inputs/temporary-folder.js';
import { runCommand } from '../../measuring/measured-command.js';
import { gigabytes, printTable } from '../../measuring/report-table.js';

// compress-tables at Kaggle's size, without data and so without the calibration pass. Needs 2.2 GB of disk. The CPU time is what
// an idle machine takes, because compress-tables runs on one thread but for reading and writing.
const maxSeconds = 180;
const folder = temporaryFolder();
const modelPath = join(folder, 'criteo_model.ckpt');
const { bytes } = await saveKaggleModel(modelPath);
const maxBytes = 1.5 * bytes + 1e9;
const { seconds, cpuSeconds, peakBytes } = await runCommand('@ds/table-compression', ['--no-data'], {
  'model-path': modelPath,
  ratio: '56',
  output: join(folder, 'small.safetensors'),
});
const rows = kaggleDlrmConfig.tableRows.reduce((sum, of) => sum + of, 0);
printTable(
  `A model of ${gigabytes(bytes)}, ${(rows / 1e6).toFixed(1)} M rows of ${kaggleDlrmConfig.embeddingDim}. The targets are ${maxSeconds} s of CPU time on one thread, which is what an idle machine takes, and a peak of 1.5 times the model plus 1 GB, ${gigabytes(maxBytes)}`,
  ['Command', 'Time', 'CPU time', 'Peak memory', 'Reached'],
  [
    [
      'compress-tables --no-data --ratio 56',
      `${seconds.toPrecision(3)} s`,
      `${cpuSeconds.toPrecision(3)} s`,
      gigabytes(peakBytes),
      cpuSeconds <= maxSeconds && peakBytes <= maxBytes ? 'yes' : 'no',
    ],
  ],
);
