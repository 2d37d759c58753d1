import { checkOutputs, fingerprintOf, openJournal, whileHolding } from '@ds/files';
import { itemsOfShard, type Shard } from './shard.js';
import type { GridPoint } from '../methods/grid-point.js';
import { gridPointOf, modelColumns } from '../results/grid-point-schema.js';
import { checkDumpedFiles } from '../results/check-dumped-files.js';
import { distinctModels } from '../results/distinct-models.js';
import { readSparseModelMetadata } from '../results/metadata.js';
import { modelsOfMethods } from '../results/models-of-methods.js';
import { modelsWithLevels } from '../results/models-with-levels.js';
import { writeResultsCsv, type ResultsColumn } from '../results/results-csv.js';
import { servedFile } from '../results/served-file.js';
import type { Measure } from './measure.js';
import { version } from '../../package.json';

/** The inputs and output of every measure. */
export interface MeasuredModels {
  /** The CSV that bench-disk wrote. */
  sparseModelMetadata: string;
  /** The CSV to write. */
  output: string;
  /** Only the models of these methods, by their ids. Default: all. */
  methods?: readonly string[] | undefined;
  /** Only this part of the rows. Default: all. */
  shard?: Shard | undefined;
  /** Measure all rows again, including those that an interrupted run finished. Default: false. */
  fresh?: boolean | undefined;
  /** Called with the number of rows that an earlier run finished, if any, and the total. */
  onResumed?: ((finished: number, total: number) => void) | undefined;
  /** Called with the number of rows done and the total. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Measures the models of a `sparse_model_metadata.csv` and writes the results file when all are measured. An interrupted run
 * leaves its rows in a journal beside the output; the next run with the same settings, models and inputs continues from
 * there.
 *
 * @returns a row for each variant and model, in the order of the CSV
 * @throws Error naming the file if an input cannot be read, no model has one of the requested levels or methods, or the
 *   output cannot be written; and errors of the measure. No output is then left behind.
 */
export async function runMeasure<Settings, Measured extends object, Variant extends string>({
  measure,
  settings,
  sparseModelMetadata,
  output,
  methods,
  sparsityLevels,
  variants = measure.variants,
  inputs = [],
  shard,
  fresh,
  onResumed,
  onProgress,
}: MeasuredModels & {
  measure: Measure<Settings, Measured, Variant>;
  /** The settings of the measure. */
  settings: Settings;
  /** Only the models with these levels. Default: all. */
  sparsityLevels?: readonly number[] | undefined;
  /** Only these variants of the measure. Default: all. */
  variants?: readonly Variant[] | undefined;
  /** Files that the measure reads in addition to the models; the output must not be one of them. Default: none. */
  inputs?: readonly string[];
}): Promise<(GridPoint & Measured)[]> {
  const all = distinctModels(sparseModelMetadata, await readSparseModelMetadata(sparseModelMetadata));
  const ofMethods = modelsOfMethods(sparseModelMetadata, all, methods);
  const models = modelsWithLevels(sparseModelMetadata, ofMethods, sparsityLevels);
  checkOutputs({
    inputs: [sparseModelMetadata, ...inputs, ...models.flatMap(({ path, sparsePath }) => [path, sparsePath])],
    outputs: [output],
  });
  const measured = itemsOfShard(
    measure.variants
      .filter((variant) => variants.includes(variant))
      .flatMap((variant) => models.map((model) => ({ model, variant }))),
    shard,
  );
  for (const { model, variant } of measured) {
    servedFile(model, { tables: variant === 'sparse_tables' ? 'sparse' : 'dense' });
  }
  await checkDumpedFiles(
    sparseModelMetadata,
    measured.map(({ model, variant }) => ({
      model,
      tables: variant === 'sparse_tables' ? 'sparse' : 'dense',
    })),
  );
  const fingerprint = await fingerprintOf(
    { id: measure.id, version, columns: columnNames(measure), settings, measured },
    [...inputs, ...measured.flatMap(({ model }) => [model.path, model.sparsePath])],
  );
  return whileHolding([output], async () => {
    const journal = openJournal<Measured>({ output, fingerprint, fresh });
    const rows = await writeResultsCsv<GridPoint & Measured>({
      path: output,
      columns: modelColumns(measure.columns, models),
      makeRows: async () => {
        const found = measured.map((_, place) => journal.finished.get(`${place}`));
        const left = [...found.keys()].filter((place) => !found[place]);
        let done = measured.length - left.length;
        if (done > 0) onResumed?.(done, measured.length);
        onProgress?.(done, measured.length);
        let next = 0;
        if (left.length > 0) {
          for await (const row of measure.rows(
            left.map((place) => measured[place]!),
            settings,
          )) {
            const place = left[next++]!;
            found[place] = row;
            // One without values is of a model that cannot be measured, which each run is to tell.
            if (Object.keys(row).length > 0) journal.keep(`${place}`, row);
            onProgress?.(++done, measured.length);
          }
        }
        return found.map((row, place) => ({ ...gridPointOf(measured[place]!.model), ...row! }));
      },
    });
    journal.remove();
    return rows;
  });
}

function columnNames<Measured extends object>({
  columns,
}: {
  columns: readonly ResultsColumn<Measured>[];
}): string[] {
  return columns.map(({ name }) => name);
}
