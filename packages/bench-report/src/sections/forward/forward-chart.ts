import type { DlrmType, ForwardTime, GridPoint } from '@ds/bench-models';
import type { Chart, Point } from '../../drawing/chart.js';
import { curvesOf, describeLevels, levelsOf, withLevels, type WithLevel } from '../../models.js';
import { formatIn, timeUnit, type Unit } from '../../units.js';
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

/** The time to show of a pass: the median, which one slow run does not move, or the mean where a file has no other. */
export function typicalTime({ medianTime, timeTaken }: ForwardTime): number {
  return medianTime ?? timeTaken;
}

// With more between the fastest and the slowest pass, the fast ones would lie on the zero line.
const widestOnLinearAxis = 5;

/** Time of one forward batch against sparsity level: a panel for each norm and block shape, a line for each variant. */
export function forwardChart(times: readonly (GridPoint & ForwardTime)[]): Chart[] {
  const forward = withLevels(times);
  if (forward.length === 0) return [];
  const slowest = Math.max(...forward.map(typicalTime));
  const isLogarithmic = slowest > widestOnLinearAxis * Math.min(...forward.map(typicalTime));
  const average = forward.every(({ medianTime }) => medianTime !== undefined) ? 'Median' : 'Mean';
  const unit = timeUnit(slowest);
  const hasSpread = forward.some(({ upperQuartileTime }) => upperQuartileTime !== undefined);
  const variants = forwardVariants(forward);
  const means = variants.map(({ dlrmType, name }) => {
    const times = forward
      .filter((row) => row.dlrmType === dlrmType)
      .map((row) => typicalTime(row) / unit.size);
    return `${name}: ${Math.min(...times).toPrecision(3)} to ${Math.max(...times).toPrecision(3)} ${unit.name}`;
  });
  return [
    {
      id: 'forward-time',
      title: 'Forward time',
      description:
        `Time of the forward pass of one batch at sparsity levels ${describeLevels(levelsOf(forward))}, a panel for each ` +
        `norm and block shape and a line for each way of running the model. ${means.join('; ')}.`,
      valueLabel: `${average} time of one batch`,
      unit: unit.name,
      reading: `lower is better${isLogarithmic ? '; logarithmic axis' : ''}${hasSpread ? '; strokes from quartile to quartile' : ''}`,
      fromZero: !isLogarithmic,
      logarithmic: isLogarithmic,
      panels: curvesOf(forward).map((curve, _, curves) => ({
        ...(curves.length > 1 ? { title: curve.name } : {}),
        lines: variants.map(({ dlrmType, name }, index) => ({
          name,
          style: index,
          points: curve.rows.filter((row) => row.dlrmType === dlrmType).map((row) => pointOf(row, unit)),
        })),
      })),
    },
  ];
}

function pointOf(row: WithLevel<GridPoint & ForwardTime>, unit: Unit): Point {
  const { sparsityLevel: place, lowerQuartileTime: lower, upperQuartileTime: upper, runs } = row;
  const value = typicalTime(row) / unit.size;
  if (lower === undefined || upper === undefined) return { place, value };
  return {
    place,
    value,
    spread: [lower / unit.size, upper / unit.size],
    details: [
      `quartiles ${formatIn(unit, lower)} to ${formatIn(unit, upper)}`,
      ...(runs === undefined ? [] : [`${runs} runs`]),
    ],
  };
}
