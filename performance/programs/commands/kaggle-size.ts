import { join } from 'node:path';
import { readSparseModelMetadata } from '@ds/bench-models';
import { runMemoryBenchmark } from '@ds/bench-memory';
import { kaggleDlrmConfig } from '@ds/dlrm';
import { writeNpz } from '@ds/criteo-data/npz';
import { randomBatch } from '../../inputs/forward-batch.js';
import { saveKaggleModel } from '../../inputs/kaggle-model.js';
import { runCommand, type MeasuredCommand } from '../../measuring/measured-command.js';
import { gigabytes, megabytes, printTable } from '../../measuring/report-table.js';
import { temporaryFolder } from '../../inputs/temporary-folder.js';

// The commands at Kaggle's size, 33.8 M rows of 16: one norm, both block shapes, three levels, each model dense and
// sparse. Needs 10 GB of disk.
const folder = temporaryFolder();
const modelPath = join(folder, 'criteo_model.ckpt');
const metadata = join(folder, 'metadata.csv');
const processedDataFile = join(folder, 'processed.npz');
const { bytes, layerBytes } = await saveKaggleModel(modelPath);
await writeProcessedFile(processedDataFile);

const disk = await runCommand('@ds/bench-disk', [], {
  'model-path': modelPath,
  'sparsified-model-dump-path': join(folder, 'models'),
  output: metadata,
  norms: 'L1',
  'sparsity-levels': '0.5,0.9,1',
  format: 'both',
});
const models = await readSparseModelMetadata(metadata);
const emptied = Math.max(
  ...models.filter(({ sparsityLevel }) => sparsityLevel === 1).map((model) => model.bytes!),
);
const inputs = { 'processed-data-file': processedDataFile, 'sparse-model-metadata': metadata };
const forward = await runCommand('@ds/bench-forward', [], {
  ...inputs,
  output: join(folder, 'forward.csv'),
  types: 'without_torch_sparse,sparse_tables',
  runs: '5',
});
const start = performance.now();
const served = await runMemoryBenchmark({
  processedDataFile,
  sparseModelMetadata: metadata,
  output: join(folder, 'memory.csv'),
});
const servingSeconds = (performance.now() - start) / 1000;
const peakServing = (type: string) => ({
  seconds: servingSeconds,
  peakBytes: Math.max(
    ...served.filter(({ dlrmType }) => dlrmType === type).map(({ peakResidentBytes }) => peakResidentBytes),
  ),
});

const maxBytes = 2 * bytes + 1e9;
const rowOf = (work: string, { seconds, peakBytes }: Omit<MeasuredCommand, 'cpuSeconds'>) => [
  work,
  `${seconds.toPrecision(3)} s`,
  gigabytes(peakBytes),
  peakBytes <= maxBytes ? 'yes' : 'no',
];
printTable(
  `A model of ${gigabytes(bytes)} (layers ${megabytes(layerBytes)}): norm L1, levels 0.5, 0.9 and 1, both block shapes, ${models.length} models. The largest zip at level 1 takes ${megabytes(emptied)}. The target is a peak of at most twice the model plus 1 GB, ${gigabytes(maxBytes)}`,
  ['Command', 'Time', 'Peak memory', 'Reached'],
  [
    rowOf('bench-disk --format both', disk),
    rowOf('bench-forward, dense and sparse tables, 5 runs of a batch of 16384 each', forward),
    rowOf('bench-memory, its largest process with dense tables', peakServing('dense_tables')),
    rowOf('bench-memory, its largest process with sparse tables', peakServing('sparse_tables')),
  ],
);

/** Random rows, enough for a batch of 16384 in the test split, which is half of the last of seven days. */
async function writeProcessedFile(path: string): Promise<void> {
  const rows = 7 * 2 * 16384;
  const { tableRows } = kaggleDlrmConfig;
  const { dense, sparse, labels } = randomBatch(rows, tableRows);
  await writeNpz(path, {
    X_int: { data: Int32Array.from(dense), shape: [rows, 13] },
    X_cat: { data: sparse, shape: [rows, 26] },
    y: { data: Int32Array.from(labels) },
    counts: { data: Int32Array.from(tableRows) },
  });
}
