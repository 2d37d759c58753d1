import { fingerprintOf, openJournal, whileHolding } from '@ds/files';
import { version } from '../../package.json';
import { itemsOfShard, type Shard } from './shard.js';
import { writeResultsCsv, type ResultsColumn } from '../results/csv/results-csv.js';
import type { Measure, MeasuredModel } from './measure.js';

/** Where the results of a measure go, and which part of them. */
export interface MeasuredPart {
  /** The CSV to write. */
  output: string;
  /** Only this part of the rows. Default: all. */
  shard?: Shard | undefined;
  /** Measure all rows again, including those of an interrupted run. Default: false. */
  fresh?: boolean | undefined;
  /** Called with the number of rows that an earlier run finished, if there are any, and the total. */
  onResumed?: ((finished: number, total: number) => void) | undefined;
  /** Called with the number of rows done and the total. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Measures models, and writes the results file when all are measured. An interrupted run is continued.
 *
 * @returns a row for each variant and model: what names the model, then what was measured
 * @throws Error if the output cannot be written, and errors of the measure; no output is then left behind.
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
  /** The settings of the measure. */
  settings: Settings;
  /** The models, in the order of the rows. */
  models: readonly Model[];
  /** The fields of a row that name its model. */
  nameOf: (model: Model) => Name;
  /** The columns of the results file. */
  columns: readonly ResultsColumn<Name & Measured>[];
  /** Only these variants of the measure. Default: all. */
  variants?: readonly Variant[] | undefined;
  /** Files that the measure reads in addition to the models. If one changes, its rows are measured again. Default: none. */
  inputs?: readonly string[];
  /** The files of a model. If one changes, the model is measured again. Default: none. */
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
            // A row without values is of a model that cannot be measured, which every run reports.
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
