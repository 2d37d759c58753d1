import type { MemoryRow } from '../../benchmark-tables.js';
import type { Chart, Line } from '../../drawing/chart.js';
import { describeLevels, levelsOf, methodsOf, rowsOf, type Method } from '../../models.js';
import { byteUnit, formatIn } from '../../units.js';

const knownVariants: Record<string, string> = { dense_tables: 'dense', sparse_tables: 'sparse' };

/** The kinds of tables that models were served with, the dense ones first. */
export function tableKindsOf(memory: readonly MemoryRow[]): { variant: string; name: string }[] {
  const found = [...new Set(memory.map(({ variant }) => variant))];
  const known = Object.keys(knownVariants).filter((variant) => found.includes(variant));
  const others = found.filter((variant) => !known.includes(variant));
  return [...known, ...others].map((variant) => ({ variant, name: knownVariants[variant] ?? variant }));
}

/**
 * Memory against sparsity level: a panel for each norm and block shape, for each kind of tables a line of what a
 * process that serves the model takes, and a dashed one of the tables alone.
 */
export function memoryChart(memory: readonly MemoryRow[]): Chart {
  const unit = byteUnit(Math.max(...memory.map(({ residentBytes }) => residentBytes)));
  const kinds = tableKindsOf(memory);
  const ranges = kinds.map(({ variant, name }) => {
    const bytes = memory.filter((row) => row.variant === variant).map(({ residentBytes }) => residentBytes);
    return `${name}: ${formatIn(unit, Math.min(...bytes))} to ${formatIn(unit, Math.max(...bytes))}`;
  });
  const lineOf = (method: Method, kind: number, field: 'residentBytes' | 'tableBytes'): Line => ({
    name: `${kinds[kind]!.name}, ${field === 'residentBytes' ? 'process' : 'tables alone'}`,
    style: kind,
    dashed: field === 'tableBytes',
    points: rowsOf(method, memory)
      .filter((row) => row.variant === kinds[kind]!.variant)
      .map((row) => [row.sparsityLevel, row[field] / unit.size]),
  });
  return {
    id: 'memory',
    title: 'Memory',
    description:
      `What loading a model and serving a batch adds to the resident memory of a process, and the bytes of the tables ` +
      `alone, at sparsity levels ${describeLevels(levelsOf(memory))}, a panel for each norm and block shape and a pair ` +
      `of lines for dense and for sparse tables. ${ranges.join('; ')}.`,
    valueLabel: `Memory (${unit.name}, lower is better)`,
    fromZero: true,
    panels: methodsOf(memory).map((method, _, methods) => ({
      ...(methods.length > 1 ? { title: method.name } : {}),
      lines: (['residentBytes', 'tableBytes'] as const).flatMap((field) =>
        kinds.map((_, kind) => lineOf(method, kind, field)),
      ),
    })),
  };
}
