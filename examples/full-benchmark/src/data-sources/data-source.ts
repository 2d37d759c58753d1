import type { OnProgress } from '../stages.js';

/** Rows that the benchmark generates if no file is given. */
export interface DataSource {
  /** Its name for `--data`. */
  id: string;
  /** The stage that writes the rows, and about how long it takes relative to other stages. */
  stage: { name: string; share: number };
  /** The default of `--epochs`. */
  epochs: number;
  /** A short description of the data, for the report. */
  setting(options: RowOptions): string;
  /** A sentence that describes the data, for the report. */
  note(options: RowOptions): string;
  /** Writes the rows in the format of the Criteo Kaggle file. @throws Error naming the file. */
  write(options: RowOptions & { output: string; threads?: number; onProgress: OnProgress }): Promise<void>;
}

/** The options that determine the rows. */
export interface RowOptions {
  rows: number;
  seed: number;
}
