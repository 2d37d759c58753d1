import { dumpFormatOf, type SparseModelMetadata } from '@ds/bench-models';
import type { Chart } from '../../drawing/chart.js';
import { curvesOf, describeLevels, levelsOf, withLevels } from '../../models.js';
import { byteUnit, formatIn } from '../../units.js';
import { zipBytes } from './zip-bytes.js';

/**
 * Size of the zipped model against sparsity level, with a line for each curve. If there are models with dense and with
 * sparse tables, each kind has a panel. No chart if no model has a level.
 */
export function sizeChart(models: readonly SparseModelMetadata[]): Chart[] {
  const sizes = withLevels(models);
  if (sizes.length === 0) return [];
  const formats = new Set(sizes.map(dumpFormatOf));
  const panels = formats.has('both')
    ? [
        { title: 'dense tables', bytesOf: zipBytes },
        { title: 'sparse tables', bytesOf: (row: SparseModelMetadata) => row.sparseBytes },
      ]
    : [{ title: formats.has('dense') ? undefined : 'sparse tables', bytesOf: zipBytes }];
  const unit = byteUnit(Math.max(...panels.flatMap(({ bytesOf }) => sizes.map((row) => bytesOf(row) ?? 0))));
  const drawn = panels.map(({ title, bytesOf }) => ({
    title,
    curves: curvesOf(sizes).map(({ rows, ...curve }) => ({
      ...curve,
      points: rows.flatMap((row) => {
        const bytes = bytesOf(row);
        return bytes === undefined ? [] : [{ place: row.sparsityLevel, value: bytes }];
      }),
    })),
  }));
  const ranges = drawn.flatMap(({ title, curves }) =>
    curves.flatMap(({ name, points: [first, ...others] }) =>
      first
        ? `${name}${title ? `, ${title}` : ''}: ${formatIn(unit, first.value)} to ${formatIn(unit, (others.at(-1) ?? first).value)}`
        : [],
    ),
  );
  const isRounded = sizes.every(({ bytes }) => bytes === undefined);
  return [
    {
      id: 'size',
      title: 'Size on disk',
      description:
        `Size of the zipped model at sparsity levels ${describeLevels(levelsOf(sizes))}, one line for each norm and ` +
        `block shape, from the lowest level to the highest. ${ranges.join('; ')}.`,
      valueLabel: 'Zipped model',
      unit: isRounded ? `whole ${unit.name}` : unit.name,
      reading: 'lower is better',
      fromZero: true,
      panels: drawn.map(({ title, curves }) => ({
        ...(title !== undefined && { title }),
        lines: curves.map(({ name, dashed, points }, index) => ({
          name,
          style: index,
          dashed,
          points: points.map(({ place, value }) => ({ place, value: value / unit.size })),
        })),
      })),
    },
  ];
}
