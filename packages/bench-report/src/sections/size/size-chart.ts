import type { SizeRow } from '../../benchmark-tables.js';
import type { Chart } from '../../drawing/chart.js';
import { describeLevels, levelsOf, methodsOf, rowsOf } from '../../models.js';
import { byteUnit, formatIn } from '../../units.js';

/** Bytes of a model's zip: exact, or from the whole MiB where the file has no more (the original's). */
export function zipBytes(row: SizeRow): number {
  return row.bytes ?? row.zipMebibytes * 2 ** 20;
}

/** Size of the zipped model against sparsity level, one line for each norm and block shape. */
export function sizeChart(sizes: readonly SizeRow[]): Chart {
  const unit = byteUnit(Math.max(...sizes.map(zipBytes)));
  const methods = methodsOf(sizes);
  const ranges = methods.map((method) => {
    const rows = rowsOf(method, sizes);
    return `${method.name}: ${formatIn(unit, zipBytes(rows[0]!))} to ${formatIn(unit, zipBytes(rows.at(-1)!))}`;
  });
  const rounded = sizes.every(({ bytes }) => bytes === undefined) ? ', whole MiB' : '';
  return {
    id: 'size',
    title: 'Size on disk',
    description:
      `Size of the zipped model at sparsity levels ${describeLevels(levelsOf(sizes))}, one line for each norm and ` +
      `block shape, from the lowest level to the highest. ${ranges.join('; ')}.`,
    valueLabel: `Zipped model (${unit.name}${rounded})`,
    fromZero: true,
    panels: [
      {
        lines: methods.map((method, index) => ({
          name: method.name,
          style: index,
          dashed: method.norm === 'L2',
          points: rowsOf(method, sizes).map((row) => [row.sparsityLevel, zipBytes(row) / unit.size]),
        })),
      },
    ],
  };
}
