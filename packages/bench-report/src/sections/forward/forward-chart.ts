import type { ForwardRow } from '../../benchmark-tables.js';
import type { Chart } from '../../drawing/chart.js';
import { describeLevels, levelsOf, methodsOf, rowsOf } from '../../models.js';
import { timeUnit } from '../../units.js';

const knownVariants: Record<string, string> = {
  without_torch_sparse: 'dense',
  with_torch_sparse: 'sparse (features as COO)',
  sparse_tables: 'sparse tables',
};

/** The ways in which the model ran, the dense one first. */
export function variantsOf(forward: readonly ForwardRow[]): { variant: string; name: string }[] {
  const found = [...new Set(forward.map(({ variant }) => variant))];
  const known = Object.keys(knownVariants).filter((variant) => found.includes(variant));
  const others = found.filter((variant) => !known.includes(variant));
  return [...known, ...others].map((variant) => ({ variant, name: knownVariants[variant] ?? variant }));
}

/** Time of one forward batch against sparsity level: a panel for each norm and block shape, a line for each variant. */
export function forwardChart(forward: readonly ForwardRow[]): Chart {
  const unit = timeUnit(Math.max(...forward.map(({ seconds }) => seconds)));
  const variants = variantsOf(forward);
  const means = variants.map(({ variant, name }) => {
    const times = forward.filter((row) => row.variant === variant).map(({ seconds }) => seconds / unit.size);
    return `${name}: ${Math.min(...times).toPrecision(3)} to ${Math.max(...times).toPrecision(3)} ${unit.name}`;
  });
  return {
    id: 'forward-time',
    title: 'Forward time',
    description:
      `Time of the forward pass of one batch at sparsity levels ${describeLevels(levelsOf(forward))}, a panel for each ` +
      `norm and block shape and a line for each way of running the model. ${means.join('; ')}.`,
    valueLabel: `Mean time of one batch (${unit.name}, lower is better)`,
    fromZero: true,
    panels: methodsOf(forward).map((method, _, methods) => ({
      ...(methods.length > 1 ? { title: method.name } : {}),
      lines: variants.map(({ variant, name }, index) => ({
        name,
        style: index,
        points: rowsOf(method, forward)
          .filter((row) => row.variant === variant)
          .map((row) => [row.sparsityLevel, row.seconds / unit.size]),
      })),
    })),
  };
}
