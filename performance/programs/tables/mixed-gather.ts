import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RandomStream } from '@ds/criteo-data';
import { MixedPrecisionTable, TableMemory } from '@ds/data-sparsifier';
import { kaggleDlrmConfig } from '@ds/dlrm';
import { accessShares, compressibleTables } from '../../inputs/compressible-tables.js';
import { tenthOfKaggle } from '../../inputs/forward-batch.js';
import { temporaryFolder } from '../../inputs/temporary-folder.js';
import { fbgemmPython } from '../../measuring/machine.js';
import { timeInPairs, type Spread } from '../../measuring/paired-timing.js';
import { PythonRival } from '../../measuring/python-rival.js';
import { printTable } from '../../measuring/report-table.js';

// The lookups of a batch of 16384 in 26 tables of a tenth of Kaggle's rows, compressed by compressTables. The rival stores the
// same rows in int8 and skips the others by an int32 index remapping. Both run on one thread and are timed in CPU time, which
// other work on the machine disturbs least.
const batchSize = 16384;
const dim = kaggleDlrmConfig.embeddingDim;
const rounds = 25;
const random = new RandomStream(1);
const shares = tenthOfKaggle.map((rows) => accessShares(rows, random));
const lookups = batchSize * shares.length;
const folder = temporaryFolder();
const idsOf = { 'as often as they occur': drawIds(true), 'all rows alike': drawIds(false) };
const rows: string[][] = [];
for (const form of ['quantized', 'projected'] as const) {
  const measured = compressibleTables(shares, dim, random, form);
  for (const ratio of [56, 100]) {
    const small = Object.values(measured.compress({ ratio }));
    const memory = new TableMemory();
    const idsAt = memory.allocate(4 * lookups);
    const outAt = memory.allocate(4 * batchSize * dim);
    const tables = small.map((table) => MixedPrecisionTable.fromParts(table.parts(), { memory }));
    const stored = join(folder, 'stored.bin');
    await writeFile(stored, Buffer.concat(tables.map(({ bits }) => bits.map((of) => (of === 0 ? 0 : 1)))));
    for (const [lookedUp, drawn] of Object.entries(idsOf)) {
      memory.int32(idsAt, lookups).set(drawn);
      const ids = join(folder, 'ids.bin');
      await writeFile(ids, new Uint8Array(drawn.buffer));
      const gather = () => {
        const rowsOut = memory.float32(outAt, batchSize * dim);
        tables.forEach((table, index) => {
          table.gatherRows(memory.int32(idsAt + 4 * batchSize * index, batchSize), rowsOut, dim);
        });
      };
      for (const through of ['PyTorch', 'fbgemm_gpu'] as const) {
        const settings = { threads: 1, rows: tenthOfKaggle, batchSize, ids, stored, through, clock: 'cpu' };
        const rival = await PythonRival.start('fbgemm_mixed_gather', settings, { python: fbgemmPython });
        const timing = await timeInPairs({ ours: gather, rival, rounds, clock: 'cpu' });
        rival.stop();
        const storedRows = tables.reduce((sum, table) => sum + table.storedRows, 0);
        rows.push([
          `${form}, ${ratio}x`,
          storedRows.toLocaleString('en'),
          lookedUp,
          nanoseconds(timing.ours),
          through,
          nanoseconds(timing.rival),
          timing.ratio.toPrecision(3),
          timing.ratio >= 1 / 1.5 ? 'yes' : 'no',
        ]);
      }
    }
  }
}
printTable(
  `Lookups of 16,384 rows in each of 26 mixed-precision tables of a tenth of the rows of Kaggle, one thread each, ${rounds} rounds; CPU time. The rival is FBGEMM's int8 rows of the same rows with index remapping, through PyTorch's embedding bag or fbgemm_gpu's module. The target is a ratio of 0.667`,
  ['Rows', 'Stored', 'Lookups', 'Ours, ns per lookup (min-max)', 'Rival', 'Its ns', 'Ratio', 'Reached'],
  rows,
);

function nanoseconds({ median, min, max }: Spread): string {
  const [middle, least, most] = [median, min, max].map((seconds) => ((1e9 * seconds) / lookups).toFixed(1));
  return `${middle} (${least}-${most})`;
}

/** The ids of a batch, table by table: rows drawn by their shares, or all alike. */
function drawIds(byShare: boolean): Int32Array<ArrayBuffer> {
  const ids = new Int32Array(lookups);
  shares.forEach((ofTable, index) => {
    const draw = byShare ? drawBy(ofTable) : () => random.nextBelow(ofTable.length);
    for (let i = 0; i < batchSize; i++) ids[index * batchSize + i] = draw();
  });
  return ids;
}

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
