import type { GridPoint, MemoryUse, TableType } from '@ds/bench-models';
import type { Chart, Line } from '../../drawing/chart.js';
import { curvesOf, describeLevels, levelsOf, withLevels, type Curve, type WithLevel } from '../../models.js';
import { byteUnit, formatIn } from '../../units.js';
import { variantsIn, type NamedVariant } from '../variants.js';

const names: Record<TableType, string> = { dense_tables: 'dense', sparse_tables: 'sparse' };

/** The kinds of tables with which models were served, the dense ones first. */
export function tableKinds(memory: readonly MemoryUse[]): NamedVariant[] {
  return variantsIn(memory, names);
}

/**
 * Memory against sparsity level: a panel for each norm and block shape, and in it, for each kind of tables, a line for the
 * process that serves the model and a dashed line for the tables alone.
 */
export function memoryChart(uses: readonly (GridPoint & MemoryUse)[]): Chart[] {
  const memory = withLevels(uses);
  if (memory.length === 0) return [];
  const unit = byteUnit(Math.max(...memory.map(({ residentBytes }) => residentBytes)));
  const kinds = tableKinds(memory);
  const ranges = kinds.map(({ dlrmType, name }) => {
    const bytes = memory.filter((row) => row.dlrmType === dlrmType).map(({ residentBytes }) => residentBytes);
    return `${name}: ${formatIn(unit, Math.min(...bytes))} to ${formatIn(unit, Math.max(...bytes))}`;
  });
  const lineOf = (
    curve: Curve<WithLevel<GridPoint & MemoryUse>>,
    kind: number,
    field: 'residentBytes' | 'tableBytes',
  ): Line => ({
    name: `${kinds[kind]!.name}, ${field === 'residentBytes' ? 'process' : 'tables alone'}`,
    style: kind,
    dashed: field === 'tableBytes',
    points: curve.rows
      .filter((row) => row.dlrmType === kinds[kind]!.dlrmType)
      .map((row) => ({ place: row.sparsityLevel, value: row[field] / unit.size })),
  });
  return [
    {
      id: 'memory',
      title: 'Memory',
      description:
        `The resident memory that loading a model and serving a batch add to a process, and the bytes of the tables ` +
        `alone, at sparsity levels ${describeLevels(levelsOf(memory))}, a panel for each norm and block shape and a pair ` +
        `of lines for dense and for sparse tables. ${ranges.join('; ')}.`,
      valueLabel: 'Memory',
      unit: unit.name,
      reading: 'lower is better',
      fromZero: true,
      panels: curvesOf(memory).map((curve, _, curves) => ({
        ...(curves.length > 1 ? { title: curve.name } : {}),
        lines: (['residentBytes', 'tableBytes'] as const).flatMap((field) =>
          kinds.map((_, kind) => lineOf(curve, kind, field)),
        ),
      })),
    },
  ];
}
