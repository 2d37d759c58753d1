import { fingerprintOf, openJournal, whileHolding } from '@ds/files';
import { version } from '../../package.json';
import { itemsOfShard, type Shard } from './shard.js';
import { writeResultsCsv, type ResultsColumn } from '../results/results-csv.js';
import type { Measure, MeasuredModel } from './measure.js';

/** Where the results of a measure go, and which part of them. */
export interface MeasuredPart {
  /** The CSV to write. */
  output: string;
  /** Only this part of the rows. Default: all. */
  shard?: Shard | undefined;
  /** Measure all rows again, also those that a run that ended early has finished. Default: false. */
  fresh?: boolean | undefined;
  /** Called with the number of rows that an earlier run finished, if there are any, and of all. */
  onResumed?: ((finished: number, total: number) => void) | undefined;
  /** Called with the number of rows that are done and to be done. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Measures models and writes the results file, whole, when all are measured. A run that ended early is gone on with.
 *
 * @returns a row for each variant and model: what names the model, then what was measured
 * @throws Error when the output cannot be written, and what the measure throws; no output is then left behind.
 */
export async function measureModels<
  Settings,
  Measured extends object,
  Variant extends string,
  Model,
  Name extends object,
>({
  measure,
  settings,
  models,
  nameOf,
  columns,
  variants = measure.variants,
  inputs = [],
  filesOf = () => [],
  check,
  output,
  shard,
  fresh,
  onResumed,
  onProgress,
}: MeasuredPart & {
  measure: Measure<Settings, Measured, Variant, Model>;
  /** The measure's own. */
  settings: Settings;
  /** The models, in the order of the rows. */
  models: readonly Model[];
  /** The fields of a row that say which model it is about. */
  nameOf: (model: Model) => Name;
  /** The columns of the results file. */
  columns: readonly ResultsColumn<Name & Measured>[];
  /** Which of the measure's variants. Default: all. */
  variants?: readonly Variant[] | undefined;
  /** Files that the measure reads beside the models: rows measured on others are measured again. Default: none. */
  inputs?: readonly string[];
  /** The files of a model, likewise. Default: none. */
  filesOf?: (model: Model) => readonly (string | undefined)[];
  /** Called with the models of the part before the work; it throws if one cannot be measured. */
  check?: (measured: readonly MeasuredModel<Variant, Model>[]) => Promise<void>;
}): Promise<(Name & Measured)[]> {
  const measured = itemsOfShard(
    measure.variants
      .filter((variant) => variants.includes(variant))
      .flatMap((variant) => models.map((model) => ({ model, variant }))),
    shard,
  );
  await check?.(measured);
  const fingerprint = await fingerprintOf(
    { id: measure.id, version, columns: measure.columns.map(({ name }) => name), settings, measured },
    [...inputs, ...measured.flatMap(({ model }) => filesOf(model))],
  );
  return whileHolding([output], async () => {
    const journal = openJournal<Measured>({ output, fingerprint, fresh });
    const rows = await writeResultsCsv<Name & Measured>({
      path: output,
      columns,
      makeRows: async () => {
        const found = measured.map((_, place) => journal.finished.get(`${place}`));
        const sequence = measure.sequence?.(measured) ?? [...found.keys()];
        const left = sequence.filter((place) => !found[place]);
        const earlier = measured.length - left.length;
        let done = earlier;
        if (done > 0) onResumed?.(done, measured.length);
        onProgress?.(done, measured.length);
        let next = 0;
        if (left.length > 0) {
          for await (const row of measure.rows(
            left.map((place) => measured[place]!),
            settings,
            (begun) => onProgress?.(Math.floor(earlier + begun), measured.length),
          )) {
            const place = left[next++]!;
            found[place] = row;
            // One without values is of a model that cannot be measured, which each run is to tell.
            if (Object.keys(row).length > 0) journal.keep(`${place}`, row);
            onProgress?.(++done, measured.length);
          }
        }
        return found.map((row, place) => ({ ...nameOf(measured[place]!.model), ...row! }));
      },
    });
    journal.remove();
    return rows;
  });
}
