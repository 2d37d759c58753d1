import {
  distinctModels,
  dumpFormatOf,
  isUnpruned,
  readSparseModelMetadata,
  type SparseModelMetadata,
} from '@ds/bench-models';
import { isSameModel, curvesOf, modelColumnsOf } from '../../models.js';
import { noValue } from '../../tables/text-table.js';
import { byteUnit, formatIn, formatQuantity } from '../../units.js';
import type { Section } from '../section.js';
import { oneSource } from './one-source.js';
import { sizeChart } from './size-chart.js';
import { sizeNotes } from './size-notes.js';
import { zipBytes } from './zip-bytes.js';

/** Size on disk, from `sparse_model_metadata.csv`. */
export const sizeSection: Section<SparseModelMetadata> = {
  id: 'size',
  title: 'Size on disk',
  needs: 'sparseModelMetadata',
  missing: 'Size was not measured in this run (no sparse_model_metadata.csv was given).',
  chartIds: ['size'],
  read: async (csvPath) =>
    oneSource(csvPath, distinctModels(csvPath, await readSparseModelMetadata(csvPath))),
  charts: sizeChart,
  notes: sizeNotes,
  summary(rows) {
    const unit = byteUnit(Math.max(...rows.map(zipBytes)));
    const hasBoth = rows.some((row) => dumpFormatOf(row) === 'both');
    return {
      headings: ['zip', 'of level 0', ...(hasBoth ? ['sparse zip'] : [])],
      cells(model) {
        const row = rows.find((other) => isSameModel(other, model));
        const curve = curvesOf(rows).find((other) => other.rows.some((one) => isSameModel(one, model)));
        const dense = curve?.rows.find(isUnpruned) ?? rows.find(isUnpruned);
        const share =
          row && dense && zipBytes(dense) > 0 ? (100 * zipBytes(row)) / zipBytes(dense) : undefined;
        const sparseBytes = row?.sparseBytes;
        return [
          row ? formatIn(unit, zipBytes(row)) : noValue,
          share === undefined ? noValue : `${share.toFixed(1)} %`,
          ...(hasBoth ? [sparseBytes === undefined ? noValue : formatIn(unit, sparseBytes)] : []),
        ];
      },
    };
  },
  // The same weights and settings give the same bytes.
  figures: [
    { heading: 'zip, bytes', value: ({ bytes }) => bytes, noise: () => 0 },
    { heading: 'sparse zip, bytes', value: ({ sparseBytes }) => sparseBytes, noise: () => 0 },
  ],
  tables(rows) {
    const columns = modelColumnsOf(rows);
    const hasBoth = rows.some((row) => dumpFormatOf(row) === 'both');
    const hasCounts = rows.some(({ tables }) => tables !== undefined);
    return [
      {
        title: 'Size on disk',
        table: {
          headings: [
            ...columns.headings,
            'zip, bytes',
            ...(hasBoth ? ['sparse zip, bytes'] : []),
            'pruning step, s',
            ...(hasCounts ? ['tables', 'values set to 0'] : []),
          ],
          rows: rows.map((row) => [
            ...columns.cells(row),
            `${row.bytes === undefined ? '≈ ' : ''}${zipBytes(row)}`,
            ...(hasBoth ? [String(row.sparseBytes ?? noValue)] : []),
            formatQuantity(row.stepTimeSec),
            ...(hasCounts ? [row.tables, row.prunedValues].map((count) => String(count ?? noValue)) : []),
          ]),
        },
      },
    ];
  },
};
