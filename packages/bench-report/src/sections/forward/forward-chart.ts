import type { DlrmType, ForwardTime, GridPoint } from '@ds/bench-models';
import type { Chart } from '../../drawing/chart.js';
import { curvesOf, describeLevels, levelsOf, withLevels } from '../../models.js';
import { timeUnit } from '../../units.js';
import { variantsIn, type NamedVariant } from '../variants.js';

const names: Record<DlrmType, string> = {
  without_torch_sparse: 'dense',
  with_torch_sparse: 'sparse (features as COO)',
  sparse_tables: 'sparse tables',
};

/** The variants of the forward pass, the dense one first. */
export function forwardVariants(forward: readonly ForwardTime[]): NamedVariant[] {
  return variantsIn(forward, names);
}

/** Time of one forward batch against sparsity level: a panel for each norm and block shape, a line for each variant. */
export function forwardChart(times: readonly (GridPoint & ForwardTime)[]): Chart[] {
  const forward = withLevels(times);
  if (forward.length === 0) return [];
  const unit = timeUnit(Math.max(...forward.map(({ timeTaken }) => timeTaken)));
  const variants = forwardVariants(forward);
  const means = variants.map(({ dlrmType, name }) => {
    const times = forward
      .filter((row) => row.dlrmType === dlrmType)
      .map(({ timeTaken }) => timeTaken / unit.size);
    return `${name}: ${Math.min(...times).toPrecision(3)} to ${Math.max(...times).toPrecision(3)} ${unit.name}`;
  });
  return [
    {
      id: 'forward-time',
      title: 'Forward time',
      description:
        `Time of the forward pass of one batch at sparsity levels ${describeLevels(levelsOf(forward))}, a panel for each ` +
        `norm and block shape and a line for each way of running the model. ${means.join('; ')}.`,
      valueLabel: `Mean time of one batch (${unit.name}, lower is better)`,
      fromZero: true,
      panels: curvesOf(forward).map((curve, _, curves) => ({
        ...(curves.length > 1 ? { title: curve.name } : {}),
        lines: variants.map(({ dlrmType, name }, index) => ({
          name,
          style: index,
          points: curve.rows
            .filter((row) => row.dlrmType === dlrmType)
            .map((row) => [row.sparsityLevel, row.timeTaken / unit.size]),
        })),
      })),
    },
  ];
}
