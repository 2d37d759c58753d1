import { join } from 'node:path';
import { preprocessCriteo } from '@ds/criteo-data';
import { criteoSample } from '../../inputs/criteo-sample.js';
import { timeInPairs } from '../../measuring/paired-timing.js';
import { PythonRival } from '../../measuring/python-rival.js';
import { printComparisons } from '../../measuring/report-table.js';

// Kaggle has 45.8 million; with a file of less than 50 MB, starting the threads would dominate.
const rows = 300_000;
const { folder, rawDataFile } = await criteoSample(rows);
const rival = await PythonRival.start('preprocessing', { rawDataFile });
const timing = await timeInPairs({
  ours: () => preprocessCriteo({ rawDataFile, processedDataFile: join(folder, 'again.npz') }),
  rival,
  rounds: 3,
});
rival.stop();
printComparisons('Raw Criteo rows to the processed npz', [
  { work: `${rows} synthetic rows`, timing, target: 100 },
]);
