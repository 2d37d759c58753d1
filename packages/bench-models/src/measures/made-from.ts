import { modelTitle } from '../methods/methods.js';
import type { SparseModelMetadata } from '../results/metadata.js';

/** What models that bench-disk did not keep are made from again. Each must be what bench-disk was given. */
export interface MadeFrom {
  /** The trained model. */
  modelPath: string;
  /** Patterns of the names of the tables. Default: the tables recognised by name. */
  tables?: readonly string[] | undefined;
  /** Training rows of the backward pass, for methods that need it. Default: 100,000. */
  calibrationRows?: number | undefined;
  /** Seed for selecting them. Default: 1. */
  seed?: number | undefined;
}

/**
 * Checks that the models of a metadata file have files, or are to be made again.
 *
 * @throws Error naming the file and a model without a file, if it cannot be made again; or the file, if all have files.
 */
export function checkMadeFrom(
  csvPath: string,
  models: readonly SparseModelMetadata[],
  madeFrom: MadeFrom | undefined,
): void {
  const made = models.find(({ path }) => path === undefined);
  if (made && !madeFrom) {
    throw new Error(
      `${csvPath}: ${modelTitle(made)}: expected the path of a file, found a model that bench-disk did not keep; ` +
        'name the model that it was made from, with --model-path',
    );
  }
  if (madeFrom && !made) {
    throw new Error(
      `${csvPath}: expected models without files, to be made again from ${madeFrom.modelPath}, found their files; ` +
        'leave out --model-path',
    );
  }
}
