import type { DayCountOptions } from '@ds/criteo-data';
import type { EngineChoice, EngineDescription } from '@ds/dlrm';
import type { Budget, RowForm } from './compress-tables.js';
import type { OutputFormatId } from './output-formats.js';

/** The target size of all tables together, or the acceptable loss of ROC AUC. */
export type CompressionGoal =
  | Budget
  | {
      /** The acceptable loss of ROC AUC on the validation split, such as 1e-4. */
      maxAucLoss: number;
    };

/** Starts a stage; the returned function takes its progress. */
export type OnStage = (label: string) => (done: number, total: number) => void;

/** The options of `compressModel`. */
export interface CompressModelOptions {
  /** A dense checkpoint. */
  modelPath: string;
  /** The processed npz on which it was trained. Without it, rows are kept by their norm alone. */
  processedDataFile?: string;
  /** How small the tables are to be, or how much they may lose. */
  goal: CompressionGoal;
  /** The form of stored rows; default `projected`, or `quantized` if the format has no projected rows. */
  rows?: RowForm | undefined;
  /**
   * Scale groups of rows by what the first half of the validation split says, if its second half says that it raises ROC AUC
   * beyond its 95 % interval. Needs data. Default: false.
   */
  refit?: boolean | undefined;
  /** The file to write. */
  output: string;
  /** Its format; default `safetensors`. */
  format?: OutputFormatId | undefined;
  /** Rows of the calibration pass; default 100,000. */
  calibrationRows?: number;
  /** Seed for selecting them; default 1. */
  seed?: number;
  /** What runs the network; default `auto`. */
  engine?: EngineChoice;
  /** Names of the tables, `*` for any characters. Default: the tables recognised by name. */
  tables?: readonly string[];
  /** Where the number of rows of each day comes from, as for `openCriteoDataset`. */
  dayCounts?: DayCountOptions;
  /** Called with notes on the checkpoint for the user, one line each. */
  onNote?: (note: string) => void;
  /** Called with the engine that runs the network. */
  onEngine?: (engine: EngineDescription) => void;
  /** Evaluate all sizes again, also those of an interrupted run. Default: false. */
  fresh?: boolean;
  /** Called with the number of sizes that an interrupted run evaluated, if there are any. */
  onResumed?: (sizes: number) => void;
  /** Called with the name of a stage; returns a function that takes its progress. */
  onStage?: OnStage;
}
