import { checkOutputs } from '@ds/files';
import { itemsOfShard, type Shard } from './shard.js';
import type { GridPoint } from '../methods/grid-point.js';
import { gridPointOf, modelColumns } from '../results/grid-point-schema.js';
import { checkDumpedFiles } from '../results/check-dumped-files.js';
import { distinctModels } from '../results/distinct-models.js';
import { readSparseModelMetadata } from '../results/metadata.js';
import { modelsOfMethods } from '../results/models-of-methods.js';
import { modelsWithLevels } from '../results/models-with-levels.js';
import { writeResultsCsv } from '../results/results-csv.js';
import { servedFile } from '../results/served-file.js';
import type { Measure } from './measure.js';

/** What every measure is run on. */
export interface MeasuredModels {
  /** The CSV that bench-disk wrote. */
  sparseModelMetadata: string;
  /** The CSV to write. */
  output: string;
  /** Only the models of these methods, by their ids. Default: all. */
  methods?: readonly string[] | undefined;
  /** Only this part of the rows. Default: all. */
  shard?: Shard | undefined;
  /** Called with the number of rows that are done and to be done. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Measures the models of a `sparse_model_metadata.csv` and writes the results file, whole, when all are measured.
 *
 * @returns a row for each variant and model, in the order of the CSV
 * @throws Error naming the file when an input cannot be read, no model has one of the wanted levels or methods, or the output
 *   cannot be written, and what the measure throws; no output is then left behind.
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
  onProgress,
}: MeasuredModels & {
  measure: Measure<Settings, Measured, Variant>;
  /** The measure's own. */
  settings: Settings;
  /** Only the models with these levels. Default: all. */
  sparsityLevels?: readonly number[] | undefined;
  /** Which of the measure's variants. Default: all. */
  variants?: readonly Variant[] | undefined;
  /** Files that the measure reads beside the models, which the output must not be. Default: none. */
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
  return writeResultsCsv<GridPoint & Measured>({
    path: output,
    columns: modelColumns(measure.columns, models),
    makeRows: async () => {
      const rows: (GridPoint & Measured)[] = [];
      onProgress?.(0, measured.length);
      for await (const row of measure.rows(measured, settings)) {
        rows.push({ ...gridPointOf(measured[rows.length]!.model), ...row });
        onProgress?.(rows.length, measured.length);
      }
      return rows;
    },
  });
}
