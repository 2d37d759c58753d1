import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { synthesizeCriteo } from '@ds/criteo-data';
import { runCommand, type MeasuredCommand } from '../../measuring/measured-command.js';
import { gigabytes, printTable } from '../../measuring/report-table.js';
import { temporaryFolder } from '../../inputs/temporary-folder.js';

// The commands on 10 M synthetic rows, a fifth of Kaggle's data. Needs 8 GB of disk.
const rows = 10_000_000;
const folder = temporaryFolder();
const rawDataFile = join(folder, 'train.txt');
const processedDataFile = join(folder, 'kaggleAdDisplayChallenge_processed.npz');
const model = join(folder, 'criteo_model.ckpt');
await synthesizeCriteo({ rows, seed: 1, output: rawDataFile });

const data = { 'processed-data-file': processedDataFile };
const preprocessing = await runCommand('@ds/criteo-data', ['preprocess'], {
  ...data,
  'raw-data-file': rawDataFile,
});
const training = await runCommand('@ds/dlrm', ['train'], {
  ...data,
  'save-model': model,
  'mini-batch-size': '16384',
});
const evaluation = await runCommand('@ds/dlrm', ['evaluate'], { ...data, 'model-path': model });

const rowOf = (work: string, { seconds, peakBytes }: MeasuredCommand) => [
  work,
  `${seconds.toPrecision(3)} s`,
  gigabytes(peakBytes),
];
printTable(
  `${rows.toLocaleString('en')} rows: ${gigabytes((await stat(rawDataFile)).size)} of text, ${gigabytes((await stat(processedDataFile)).size)} preprocessed; tables of ${gigabytes((await stat(model)).size)}`,
  ['Command', 'Time', 'Peak memory'],
  [
    rowOf('criteo-data preprocess', preprocessing),
    rowOf('dlrm train, one epoch of mini-batches of 16384', training),
    rowOf('dlrm evaluate, the test split', evaluation),
  ],
);
