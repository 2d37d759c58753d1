import { MixedPrecisionTable, type MixedPrecisionParts } from '@ds/data-sparsifier';
import { CodedTables } from '../tables/coded-tables.js';
import { importanceOf } from '../tables/importance-of.js';
import type { Method } from '../method.js';
import { requireDistinct } from '../grid/require-distinct.js';
import { inSharedMemory } from './in-shared-memory.js';

const method = 'mixed-precision';
const defaultRatios: readonly number[] = [8, 16, 30, 56, 100, 170, 300];

/** Chooses the bits of each row, none for most rows: `compressTables` of @ds/table-compression, at memory ratios. */
export const mixedPrecision: Method = {
  id: method,
  label: 'Mixed precision',
  fields: ['method', 'ratio'],
  stores: 'codes',
  needs: 'calibration',
  settings: [
    {
      name: 'ratios',
      flag: '--ratios <list>',
      description:
        'target compression ratios of the tables in memory, relative to float32, for methods that take one',
      values: 'numbers',
      byDefault: defaultRatios,
      defaultText: defaultRatios.join(','),
    },
  ],
  grid({ ratios = defaultRatios }: { ratios?: readonly number[] }) {
    const bad = ratios.find((ratio) => !(ratio >= 1 && ratio < Infinity));
    if (bad !== undefined) throw new Error(`ratio: expected a number of at least 1, found ${bad}`);
    requireDistinct('ratios', ratios);
    return [ratios.map((ratio) => ({ method, ratio }))];
  },
  ladder: (ratios) => [...ratios].sort((a, b) => a - b).map((ratio) => ({ method, ratio })),
  async sweep(tables, points, context) {
    // Loaded on demand, because the other methods and readers of results do not need it.
    const { measureTables } = await import('@ds/table-compression');
    const names = Object.keys(tables);
    const importance = Object.fromEntries(names.map((name) => [name, importanceOf(context, method, name)]));
    const measured = measureTables({ tables, importance });
    const parts = Object.fromEntries(names.map((name) => [name, {} as Record<number, MixedPrecisionParts>]));
    for (const { ratio } of points) {
      for (const [name, table] of Object.entries(measured.compress({ ratio: ratio! }))) {
        parts[name]![ratio!] = inSharedMemory(table.parts());
      }
    }
    return { points, tables: parts };
  },
  compress: (_, { tables }, { ratio }) =>
    new CodedTables(Object.keys(tables), (name) => {
      const parts = tables[name] as Record<number, MixedPrecisionParts>;
      return MixedPrecisionTable.fromParts(parts[ratio!]!);
    }),
  curve: () => ({ name: 'mixed precision', dashed: false }),
  file: ({ ratio }) => ({ folders: [method], name: `criteo_model_ratio=${ratio}` }),
};
