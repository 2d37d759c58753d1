import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RandomStream } from '@ds/criteo-data';
import { MixedPrecisionTable, TableMemory } from '@ds/data-sparsifier';
import { kaggleDlrmConfig } from '@ds/dlrm';
import { tenthOfKaggle } from '../inputs/forward-batch.js';
import { fbgemmPython } from '../measuring/machine.js';
import { accessShares, mixedBits } from '../inputs/mixed-bits.js';
import { timeInPairs } from '../measuring/paired-timing.js';
import { PythonRival } from '../measuring/python-rival.js';
import { printComparisons } from '../measuring/report-table.js';
import { temporaryFolder } from '../inputs/temporary-folder.js';

// The lookups of a batch of 16384 in 26 tables of a tenth of Kaggle's rows, compressed to rows of 0, 2, 4 or 8 bits. The
// rival stores the same rows in int8 and skips the others by an int32 index remapping. Both run on one thread.
const batchSize = 16384;
const dim = kaggleDlrmConfig.embeddingDim;
const random = new RandomStream(1);
const shares = tenthOfKaggle.map((rows) => accessShares(rows, random));
const folder = temporaryFolder();
const comparisons = [];
for (const ratio of [56, 100]) {
  const bits = mixedBits(shares, dim, ratio);
  const memory = new TableMemory();
  const [idsAt, outAt] = [
    memory.allocate(4 * batchSize * shares.length),
    memory.allocate(4 * batchSize * dim),
  ];
  const tables = tenthOfKaggle.map((rows, index) => {
    const data = Float32Array.from({ length: rows * dim }, () => random.uniform(-0.1, 0.1));
    return MixedPrecisionTable.fromDense({ table: { data, shape: [rows, dim] }, bits: bits[index]!, memory });
  });
  const bytes = tables.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const storedRows = tables.reduce((sum, table) => sum + table.storedRows, 0);
  process.stderr.write(`${ratio}x: ${storedRows} rows stored in ${bytes} bytes\n`);
  const stored = join(folder, 'stored.bin');
  await writeFile(stored, Buffer.concat(bits.map((of) => of.map((found) => (found === 0 ? 0 : 1)))));
  for (const lookups of ['as often as they occur', 'all rows alike'] as const) {
    const ids = memory.int32(idsAt, batchSize * shares.length);
    shares.forEach((ofTable, index) => {
      const draw = lookups === 'all rows alike' ? () => random.nextBelow(ofTable.length) : drawBy(ofTable);
      for (let i = 0; i < batchSize; i++) ids[index * batchSize + i] = draw();
    });
    const idsFile = join(folder, 'ids.bin');
    await writeFile(idsFile, new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength));
    const gather = () => {
      const rowsOut = memory.float32(outAt, batchSize * dim);
      tables.forEach((table, index) => {
        table.gatherRows(memory.int32(idsAt + 4 * batchSize * index, batchSize), rowsOut, dim);
      });
    };
    for (const through of ['PyTorch', 'fbgemm_gpu'] as const) {
      const settings = { threads: 1, rows: tenthOfKaggle, batchSize, ids: idsFile, stored, through };
      const rival = await PythonRival.start('fbgemm_mixed_gather', settings, { python: fbgemmPython });
      const timing = await timeInPairs({ ours: gather, rival, rounds: 15 });
      rival.stop();
      comparisons.push({
        work: `${ratio}x, rows ${lookups}, rival through ${through}`,
        timing,
        target: 0.667,
      });
    }
  }
}
printComparisons(
  'Lookups of 16,384 rows in each of 26 mixed-precision tables of a tenth of the rows of Kaggle, one thread each',
  comparisons,
  { rival: 'FBGEMM, int8 rows with index remapping' },
);

/** Draws rows with these probabilities. */
function drawBy(ofTable: Float64Array): () => number {
  let sum = 0;
  const upTo = ofTable.map((share) => (sum += share));
  return () => {
    const wanted = random.next() * sum;
    let [low, high] = [0, upTo.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (upTo[middle]! > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
