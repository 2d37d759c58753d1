import { memoryUseSchema, readResultsCsv, type GridPoint, type MemoryUse } from '@ds/bench-models';
import { isSameModel, modelColumnsOf } from '../../models.js';
import { noValue } from '../../tables/text-table.js';
import { byteUnit, formatIn, formatQuantity } from '../../units.js';
import { distinctModels } from '@ds/bench-models';
import type { Section } from '../section.js';
import { memoryChart, tableKinds } from './memory-chart.js';

/** Memory of processes that serve the models, from `model_memory_info.csv`. */
export const memorySection: Section<GridPoint & MemoryUse> = {
  id: 'memory',
  title: 'Memory',
  needs: 'modelMemoryInfo',
  isOfGrid: true,
  missing:
    'Memory was not measured in this run (no model_memory_info.csv was given), so its chart is left out.',
  chartIds: ['memory'],
  read: async (csvPath) => distinctModels(csvPath, await readResultsCsv(csvPath, memoryUseSchema)),
  charts: memoryChart,
  notes(rows) {
    const batches = [...new Set(rows.map(({ batchSize }) => batchSize))].join(' or ');
    return (
      'Each model is loaded in a fresh process, which serves one batch ' +
      `(${batches} rows) and measures itself. The solid lines show how much its resident set grew from before the load to ` +
      'after the batch and a garbage collection: tables, network, the engine with its library, and memory that loading and ' +
      'the pass leave behind; the batch itself is not included. The dashed lines are the bytes of the embedding tables alone. ' +
      'Dense tables hold every value, sparse ones only the kept blocks and bitmaps. The peak is the largest resident set of ' +
      'the process minus that before the load.'
    );
  },
  summary(rows) {
    const unit = byteUnit(Math.max(...rows.map(({ residentBytes }) => residentBytes)));
    const kinds = tableKinds(rows);
    return {
      headings: kinds.map(({ name }) => `memory, ${name}`),
      cells: (model) =>
        kinds.map(({ dlrmType }) => {
          const row = rows.find((other) => other.dlrmType === dlrmType && isSameModel(other, model));
          return row ? formatIn(unit, row.residentBytes) : noValue;
        }),
    };
  },
  figures: [
    { heading: 'tables, bytes', value: ({ tableBytes }) => tableBytes, noise: () => 0 },
    // Resident sets of equal processes were seen to differ by a few MiB.
    { heading: 'process, bytes', value: ({ residentBytes }) => residentBytes, noise: () => 8 * 2 ** 20 },
  ],
  tables(rows) {
    const columns = modelColumnsOf(rows);
    const names = new Map(tableKinds(rows).map(({ dlrmType, name }) => [dlrmType, name]));
    return [
      {
        title: 'Memory',
        table: {
          headings: [
            ...columns.headings,
            ...['tables', 'tables, bytes', 'process, bytes', 'peak, bytes', 'load, s', 'batch'],
          ],
          rows: rows.map((row) => [
            ...columns.cells(row),
            names.get(row.dlrmType)!,
            String(row.tableBytes),
            String(row.residentBytes),
            String(row.peakResidentBytes),
            formatQuantity(row.loadTimeSec),
            String(row.batchSize),
          ]),
        },
      },
    ];
  },
};
