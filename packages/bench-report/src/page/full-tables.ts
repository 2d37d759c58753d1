import type { BenchmarkTables } from '../benchmark-tables.js';
import { variantsOf } from '../sections/forward/forward-chart.js';
import { tableKindsOf } from '../sections/memory/memory-chart.js';
import { zipBytes } from '../sections/size/size-chart.js';
import type { TextTable } from '../summary-table.js';
import { formatQuantity } from '../units.js';

/** Every row of every input, for the end of the report. */
export function fullTables({
  sizes,
  quality,
  forward,
  memory,
}: BenchmarkTables): { title: string; table: TextTable }[] {
  const model = ['norm', 'block', 'level'];
  const metric = (value: number | undefined) => (value === undefined ? 'undefined' : value.toFixed(4));
  const tables = [
    {
      title: 'Size on disk',
      table: {
        headings: [...model, 'zip, bytes', 'pruning step, s'],
        rows: sizes.map((row) => [
          row.norm,
          row.blockShape,
          String(row.sparsityLevel),
          `${row.bytes === undefined ? '≈ ' : ''}${zipBytes(row)}`,
          formatQuantity(row.stepSeconds),
        ]),
      },
    },
  ];
  if (quality) {
    tables.push({
      title: 'Quality on the test set',
      table: {
        headings: [...model, 'precision', 'recall', 'F1', 'ROC AUC', 'accuracy', 'log loss'],
        rows: quality.map((row) => [
          row.norm,
          row.blockShape,
          String(row.sparsityLevel),
          ...[row.precision, row.recall, row.f1, row.rocAuc, row.accuracy, row.logLoss].map(metric),
        ]),
      },
    });
  }
  if (forward) {
    const names = new Map(variantsOf(forward).map(({ variant, name }) => [variant, name]));
    tables.push({
      title: 'Forward time',
      table: {
        headings: [...model, 'model', 'ms a batch', 'batch', 'runs'],
        rows: forward.map((row) => [
          row.norm,
          row.blockShape,
          String(row.sparsityLevel),
          names.get(row.variant)!,
          formatQuantity(row.seconds * 1000),
          String(row.batchSize ?? '–'),
          String(row.runs ?? '–'),
        ]),
      },
    });
  }
  if (memory) {
    const names = new Map(tableKindsOf(memory).map(({ variant, name }) => [variant, name]));
    tables.push({
      title: 'Memory',
      table: {
        headings: [...model, 'tables', 'tables, bytes', 'process, bytes', 'peak, bytes', 'load, s', 'batch'],
        rows: memory.map((row) => [
          row.norm,
          row.blockShape,
          String(row.sparsityLevel),
          names.get(row.variant)!,
          String(row.tableBytes),
          String(row.residentBytes),
          String(row.peakResidentBytes),
          formatQuantity(row.loadSeconds),
          String(row.batchSize),
        ]),
      },
    });
  }
  return tables;
}
