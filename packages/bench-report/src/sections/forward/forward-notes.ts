import type { DlrmType, ForwardTime, GridPoint } from '@ds/bench-models';
import { describeLevels, levelsOf } from '../../models.js';
import { forwardVariants } from './forward-chart.js';

const variantNotes: Record<DlrmType, string> = {
  without_torch_sparse: 'Dense: the pruned tables and layers as ordinary arrays.',
  with_torch_sparse:
    'Sparse (features as COO): the features before the top MLP are turned into a sparse matrix in coordinate form in ' +
    'each pass, and multiplied with the dense weights.',
  sparse_tables: 'Sparse tables: the dense network on tables that hold only their kept blocks.',
};

/** How the times were measured, as far as the table says. */
export function forwardNotes(forward: readonly (GridPoint & ForwardTime)[]): string {
  const distinct = (values: (number | undefined)[]) =>
    [...new Set(values.filter((value) => value !== undefined))].join(' or ');
  const runs = distinct(forward.map((row) => row.runs));
  const average = forward.every(({ medianTime }) => medianTime !== undefined) ? 'median' : 'mean';
  const batch = distinct(forward.map(({ batchSize }) => batchSize));
  return (
    `The first batch of the test split${batch && ` (${batch} rows)`} passes through each model ` +
    `${runs ? `${runs} times` : 'an unknown number of times'}; the first pass is not counted and the ` +
    `time is the ${average} of the others, at sparsity levels ${describeLevels(levelsOf(forward))}. ` +
    forwardVariants(forward)
      .flatMap(({ dlrmType }) => variantNotes[dlrmType as DlrmType] ?? [])
      .join(' ')
  );
}
