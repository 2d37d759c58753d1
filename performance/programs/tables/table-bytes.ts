import { levelSweepsInThreads, QuantizedTable, SparseTable } from '@ds/data-sparsifier';
import { kaggleTables } from '../../inputs/kaggle-tables.js';
import { printTable } from '../../measuring/report-table.js';

// Bytes of the 26 tables at a tenth of Kaggle's rows, dim 16, pruned by L1: as float32, as block-sparse tables, and
// quantised without the rows that are pruned entirely. These are sizes, not times, and the same on every machine.
const levels = [0, 0.5, 0.9, 0.95, 0.99, 1];
const tables = kaggleTables(0.1);
const dense = tables.reduce((bytes, { data }) => bytes + data.byteLength, 0);
const forms = {
  'sparse float32': (table: (typeof tables)[number], blockWidth: number) =>
    SparseTable.fromDense({ table, blockWidth }),
  'int8 rows': (table: (typeof tables)[number]) => QuantizedTable.fromDense({ table, bits: 8 }),
  'int4 rows': (table: (typeof tables)[number]) => QuantizedTable.fromDense({ table, bits: 4 }),
};

const rows: string[][] = [];
for (const blockWidth of [1, 4]) {
  const named = Object.fromEntries(
    tables.map(({ name, data, shape }) => [name, { data: data.slice(), shape }]),
  );
  const sweeps = await levelSweepsInThreads({ tables: named, levels, sparseBlockShape: [1, blockWidth] });
  for (const level of levels) {
    // Higher levels also prune everything that lower levels prune, so one copy of the tables is enough.
    for (const [name, sweep] of sweeps) sweep.prune(level, named[name]!.data);
    const pruned = tables.map(({ name, shape }) => ({ name, shape, data: named[name]!.data }));
    const bytes = Object.values(forms).map((formOf) =>
      pruned.reduce((sum, table) => sum + formOf(table, blockWidth).byteLength, 0),
    );
    rows.push([`(1, ${blockWidth})`, String(level), ...bytes.map(describe)]);
  }
}

function describe(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB, ${((100 * bytes) / dense).toFixed(1)} %`;
}

printTable(
  `Bytes of the 26 tables with a tenth of the rows of Kaggle; dense float32: ${(dense / 2 ** 20).toFixed(1)} MiB`,
  ['Blocks', 'Level', ...Object.keys(forms)],
  rows,
);
