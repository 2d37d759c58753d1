import { join } from 'node:path';
import { runDiskBenchmark } from '@ds/bench-disk';
import { runMemoryBenchmark, type MemoryUse } from '@ds/bench-memory';
import { writeNpz } from '@ds/criteo-data/npz';
import { randomBatch, tenthOfKaggle } from '../../inputs/forward-batch.js';
import { saveKaggleModel } from '../../inputs/kaggle-model.js';
import { spreadOf } from '../../measuring/paired-timing.js';
import { printTable } from '../../measuring/report-table.js';
import { temporaryFolder } from '../../inputs/temporary-folder.js';

// Memory for serving a model with a tenth of Kaggle's rows, measured by bench-memory. Needs 0.6 GB of disk.
const folder = temporaryFolder();
const batchSize = 16384;
const rounds = Number(process.env['PERFORMANCE_ROUNDS'] ?? 3);

// The test split is half of a seventh of the rows.
const data = randomBatch(14 * batchSize, tenthOfKaggle);
const processedDataFile = join(folder, 'processed.npz');
await writeNpz(processedDataFile, {
  X_cat: { data: data.sparse, shape: [14 * batchSize, tenthOfKaggle.length] },
  X_int: {
    data: Int32Array.from(data.dense, (log) => Math.round(Math.expm1(log))),
    shape: [14 * batchSize, 13],
  },
  y: { data: Int32Array.from(data.labels) },
  counts: { data: Int32Array.from(tenthOfKaggle) },
});

const modelPath = join(folder, 'criteo_model.ckpt');
await saveKaggleModel(modelPath, 0.1);
const sparseModelMetadata = join(folder, 'metadata.csv');
await runDiskBenchmark({
  modelPath,
  dumpPath: join(folder, 'models'),
  output: sparseModelMetadata,
  norms: ['L1'],
  sparseBlockShapes: [[1, 4]],
  sparsityLevels: [0.9],
  format: 'both',
});

const measured: MemoryUse[] = [];
for (let round = 0; round < rounds; round++) {
  const output = join(folder, 'memory.csv');
  measured.push(...(await runMemoryBenchmark({ processedDataFile, sparseModelMetadata, output, batchSize })));
}

printTable(
  `Serving ${batchSize} rows on tables with a tenth of Kaggle's rows, L1, blocks (1, 4), level 0.9: median (min-max) of ${rounds} processes each`,
  ['Tables', 'Bytes of the tables', 'Resident bytes', 'Peak of resident bytes', 'Load in seconds'],
  [...new Set(measured.map(({ dlrmType }) => dlrmType))].map((type) => {
    const processes = measured.filter(({ dlrmType }) => dlrmType === type);
    const bytes = (['tableBytes', 'residentBytes', 'peakResidentBytes'] as const).map((field) =>
      describe(
        processes.map((row) => row[field]),
        (count) => count.toLocaleString('en'),
      ),
    );
    const load = describe(
      processes.map(({ loadTimeSec }) => loadTimeSec),
      (seconds) => seconds.toFixed(2),
    );
    return [type, ...bytes, load];
  }),
);

function describe(values: readonly number[], format: (value: number) => string): string {
  const { median, min, max } = spreadOf(values);
  return min === max ? format(median) : `${format(median)} (${format(min)}-${format(max)})`;
}
