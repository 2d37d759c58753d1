import type { OnProgress } from '../stages.js';

/** Rows that the benchmark makes by itself, where no file of them is given. */
export interface DataSource {
  /** What `--data` calls it. */
  id: string;
  /** The stage that writes the rows, and about how long it takes beside the other stages. */
  stage: { name: string; share: number };
  /** Epochs of training where `--epochs` does not say. */
  epochs: number;
  /** What the report says the data are, in a few words. */
  setting(options: RowOptions): string;
  /** A sentence of the report on what the data are. */
  note(options: RowOptions): string;
  /** Writes the rows in the format of the Criteo Kaggle file. @throws Error naming the file. */
  write(options: RowOptions & { output: string; threads?: number; onProgress: OnProgress }): Promise<void>;
}

/** What the rows depend on. */
export interface RowOptions {
  rows: number;
  seed: number;
}
