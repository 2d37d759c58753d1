import { forwardTimeSchema, readResultsCsv, type ForwardTime, type GridPoint } from '@ds/bench-models';
import { isSameModel, modelColumnsOf } from '../../models.js';
import { noValue } from '../../tables/text-table.js';
import { formatIn, formatQuantity, timeUnit } from '../../units.js';
import { distinctModels } from '@ds/bench-models';
import type { Section } from '../section.js';
import { forwardChart, forwardVariants, typicalTime } from './forward-chart.js';
import { forwardNotes } from './forward-notes.js';

/** Forward time, from `dlrm_forward_time_info.csv`. */
export const forwardSection: Section<GridPoint & ForwardTime> = {
  id: 'forward',
  title: 'Forward time',
  needs: 'forwardTimeInfo',
  isOfGrid: true,
  missing:
    'Forward time was not measured in this run (no dlrm_forward_time_info.csv was given), so its chart is left out.',
  chartIds: ['forward-time'],
  read: async (csvPath) => distinctModels(csvPath, await readResultsCsv(csvPath, forwardTimeSchema)),
  charts: forwardChart,
  notes: forwardNotes,
  summary(rows) {
    const unit = timeUnit(Math.max(...rows.map(typicalTime)));
    const variants = forwardVariants(rows);
    return {
      headings: variants.map(({ name }) => `forward, ${name.replace(/ \(.*/, '')}`),
      cells: (model) =>
        variants.map(({ dlrmType }) => {
          const row = rows.find((other) => other.dlrmType === dlrmType && isSameModel(other, model));
          return row ? formatIn(unit, typicalTime(row)) : noValue;
        }),
    };
  },
  figures: [
    {
      heading: 'seconds a batch',
      value: typicalTime,
      // The distance between the quartiles, or a tenth in a file that has none.
      noise: (row) =>
        row.upperQuartileTime !== undefined && row.lowerQuartileTime !== undefined
          ? row.upperQuartileTime - row.lowerQuartileTime
          : row.timeTaken / 10,
    },
  ],
  tables(rows) {
    const columns = modelColumnsOf(rows);
    const names = new Map(forwardVariants(rows).map(({ dlrmType, name }) => [dlrmType, name]));
    return [
      {
        title: 'Forward time',
        table: {
          headings: [
            ...columns.headings,
            'model',
            'mean, ms',
            'median, ms',
            'quartiles, ms',
            'batch',
            'runs',
          ],
          rows: rows.map((row) => [
            ...columns.cells(row),
            names.get(row.dlrmType)!,
            formatQuantity(row.timeTaken * 1000),
            row.medianTime === undefined ? noValue : formatQuantity(row.medianTime * 1000),
            quartiles(row),
            String(row.batchSize ?? noValue),
            String(row.runs ?? noValue),
          ]),
        },
      },
    ];
  },
};

function quartiles({ lowerQuartileTime, upperQuartileTime }: ForwardTime): string {
  if (lowerQuartileTime === undefined || upperQuartileTime === undefined) return noValue;
  return [lowerQuartileTime, upperQuartileTime].map((seconds) => formatQuantity(seconds * 1000)).join(' to ');
}
