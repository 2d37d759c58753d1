import { checkOutputs } from '@ds/files';
import type { GridPoint } from '../methods/grid/grid-point.js';
import { gridPointOf, modelColumns } from '../results/grid-point-schema.js';
import { checkDumpedFiles } from '../results/check-dumped-files.js';
import { distinctModels } from '../results/distinct-models.js';
import { readSparseModelMetadata, type SparseModelMetadata } from '../results/metadata.js';
import { modelsOfMethods } from '../results/models-of-methods.js';
import { modelsWithLevels } from '../results/models-with-levels.js';
import { servedFile } from '../results/served-file.js';
import { checkMadeFrom, type MadeFrom } from './made-from.js';
import type { Measure } from './measure.js';
import { measureModels, type MeasuredPart } from './measure-models.js';

/** The inputs and output of every measure. */
export interface MeasuredModels extends MeasuredPart {
  /** The CSV that bench-disk wrote. */
  sparseModelMetadata: string;
  /** Only the models of these methods, by their ids. Default: all. */
  methods?: readonly string[] | undefined;
  /** What models without a file are made from; needed if the CSV has such models. */
  madeFrom?: MadeFrom | undefined;
}

/**
 * Measures the models of a `sparse_model_metadata.csv` and writes the results file when all are measured. An interrupted run
 * leaves its rows in a journal next to the output; the next run with the same settings, models and inputs continues from
 * there.
 *
 * @returns a row for each variant and model, in the order of the CSV
 * @throws Error naming the file if an input cannot be read, no model has one of the requested levels or methods, a model has
 *   no file and there is nothing to make it from, or the output cannot be written; and errors of the measure. No output is
 *   then left behind.
 */
export async function runMeasure<Settings, Measured extends object, Variant extends string>({
  measure,
  settings,
  sparseModelMetadata,
  rows,
  methods,
  sparsityLevels,
  variants,
  comparedWith,
  inputs: given = [],
  madeFrom,
  ...part
}: MeasuredModels & {
  measure: Measure<Settings, Measured, Variant>;
  /** The settings of the measure, in addition to what models are made from. */
  settings: Omit<Settings, 'madeFrom'>;
  /** The rows of `sparseModelMetadata`, where the caller has read them. Default: they are read. */
  rows?: SparseModelMetadata[] | undefined;
  /** Only the models with these levels. Default: all. */
  sparsityLevels?: readonly number[] | undefined;
  /** Only these variants of the measure. Default: all. */
  variants?: readonly Variant[] | undefined;
  /** A model that the measured ones are compared with; its dense file is checked too. */
  comparedWith?: SparseModelMetadata | undefined;
  /** Files that the measure reads in addition to the models; the output must not be one of them. Default: none. */
  inputs?: readonly string[];
}): Promise<(GridPoint & Measured)[]> {
  const all = distinctModels(
    sparseModelMetadata,
    rows ?? (await readSparseModelMetadata(sparseModelMetadata)),
  );
  checkMadeFrom(sparseModelMetadata, all, madeFrom);
  const inputs = [
    ...given,
    ...(madeFrom ? [madeFrom.modelPath] : []),
    ...(comparedWith?.path === undefined ? [] : [comparedWith.path]),
  ];
  const ofMethods = modelsOfMethods(sparseModelMetadata, all, methods);
  const models = modelsWithLevels(sparseModelMetadata, ofMethods, sparsityLevels);
  checkOutputs({
    inputs: [sparseModelMetadata, ...inputs, ...models.flatMap(({ path, sparsePath }) => [path, sparsePath])],
    outputs: [part.output],
  });
  return measureModels({
    ...part,
    measure,
    settings: { ...settings, madeFrom } as Settings,
    models,
    nameOf: gridPointOf,
    columns: modelColumns(measure.columns, models),
    variants,
    inputs,
    filesOf: ({ path, sparsePath }) => [path, sparsePath],
    check: async (measured) => {
      const opened = [...measured, ...(comparedWith ? [{ model: comparedWith, variant: undefined }] : [])];
      const files = opened.map(({ model, variant }) => ({
        model,
        tables: variant === 'sparse_tables' ? ('sparse' as const) : ('dense' as const),
      }));
      for (const { model, tables } of files) if (model.path !== undefined) servedFile(model, { tables });
      await checkDumpedFiles(sparseModelMetadata, files);
    },
  });
}
