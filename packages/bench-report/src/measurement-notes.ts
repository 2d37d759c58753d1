import type { BenchmarkTables } from './benchmark-tables.js';
import { variantsOf } from './sections/forward/forward-chart.js';
import { describeLevels, levelsOf } from './models.js';

const variantNotes: Record<string, string> = {
  without_torch_sparse: 'Dense: the pruned tables and layers as ordinary arrays.',
  with_torch_sparse:
    'Sparse (features as COO): the features before the top MLP are turned into a sparse matrix in coordinate form in ' +
    'each pass, and multiplied with the dense weights.',
  sparse_tables: 'Sparse tables: the dense network on tables that hold only their kept blocks.',
};

/** How the numbers of each part were measured, as far as its table tells. */
export function measurementNotes({ sizes, quality, forward, memory }: BenchmarkTables): {
  size: string;
  quality: string;
  forward: string;
  memory: string;
} {
  const exact = sizes.every(({ bytes }) => bytes !== undefined);
  const size =
    'Each model of the grid is pruned, saved as a checkpoint with its embedding tables dense (pruned values are zeros) ' +
    `and packed into a deflated zip; the size is that of the zip file${
      exact ? ' in bytes' : ', known only in whole MiB rounded down where the table has no bytes'
    }. Models pruned to level 0 are the unpruned model in the same packing.`;
  const qualityNote = quality
    ? 'Every pruned model predicts the whole test split (the first half of the seventh day of the data). Labels are 1 ' +
      'where the predicted probability rounds to 1. The metrics are computed as scikit-learn does; a metric that is ' +
      'not defined on the data has no value. The pruned models are not trained again.'
    : 'Quality was not measured in this run (no sparse_model_metrics.csv was given), so its charts are left out.';
  return { size, quality: qualityNote, forward: forwardNote(forward), memory: memoryNote(memory) };
}

function forwardNote(forward: BenchmarkTables['forward']): string {
  if (!forward)
    return 'Forward time was not measured in this run (no dlrm_forward_time_info.csv was given), so its chart is left out.';
  const distinct = (values: (number | undefined)[]) =>
    [...new Set(values.filter((value) => value !== undefined))].join(' or ');
  const runs = distinct(forward.map((row) => row.runs));
  const batch = distinct(forward.map(({ batchSize }) => batchSize));
  return (
    `The first batch of the test split${batch && ` (${batch} rows)`} passes through each model ` +
    `${runs ? `${runs} times` : 'a number of times that the table does not tell'}; the first pass is dropped and the ` +
    `time is the mean of the others, at sparsity levels ${describeLevels(levelsOf(forward))}. ` +
    variantsOf(forward)
      .flatMap(({ variant }) => variantNotes[variant] ?? [])
      .join(' ')
  );
}

function memoryNote(memory: BenchmarkTables['memory']): string {
  if (!memory)
    return 'Memory was not measured in this run (no model_memory_info.csv was given), so its chart is left out.';
  const batches = [...new Set(memory.map(({ batchSize }) => batchSize))].join(' or ');
  return (
    'Each model is loaded by a fresh process, which serves one batch ' +
    `(${batches} rows) and measures itself. The solid lines are what its resident set grew by from before the load to ` +
    'after the batch and a garbage collection: tables, network, the engine with its library, and what load and pass ' +
    'leave behind; the batch itself was there before. The dashed lines are the bytes of the embedding tables alone. ' +
    'Dense tables hold every value, sparse ones only the kept blocks and bitmaps. The peak is the largest resident set that ' +
    'the process had, less that before the load.'
  );
}
