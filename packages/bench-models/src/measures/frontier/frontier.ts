import type { GridPoint } from '../../methods/grid/grid-point.js';
import { methods } from '../../methods/methods.js';
import { float, oneOf, pathCell, wholeNumber } from '../../results/csv/cell-types.js';
import { distinctModels } from '../../results/distinct-models.js';
import { gridPointColumns, gridPointOwnColumns, modelSchema } from '../../results/grid-point-schema.js';
import type { ResultsColumn } from '../../results/csv/results-csv.js';
import { columnsOf, readResultsCsv, type ResultsSchema } from '../../results/csv/results-schema.js';

/** The size of a compressed model, and its quality compared with the uncompressed model. */
export interface FrontierMeasurement {
  /** Seed of the calibration, and of the training if the model was trained for this. */
  seed: number;
  /** The target memory ratio, if its method has a variable size. */
  wantedRatio?: number;
  /** Bytes of the tables in memory: codes, scales and index. */
  tableBytes: number;
  /** Table bytes per row. */
  bytesPerRow: number;
  /** How many times smaller the tables are than in float32. */
  memoryRatio: number;
  /** Area under the ROC curve on the test split. */
  rocAuc: number;
  /** `rocAuc` minus that of the uncompressed model. */
  aucChange: number;
  /** Lower end of its 95 % interval, paired (DeLong). */
  aucChangeLower: number;
  /** Upper end. */
  aucChangeUpper: number;
  /** Mean negative log likelihood on the test split, in nats. */
  logLoss: number;
  /** `logLoss` minus that of the uncompressed model. */
  logLossChange: number;
  /** Area under the ROC curve on the validation split. */
  validationRocAuc: number;
  /** `validationRocAuc` minus that of the uncompressed model; models are chosen by it. */
  validationAucChange: number;
  /** Nanoseconds per lookup: median over passes of a batch through all tables. Times are in a file of their own, and known only if that is there. */
  lookupNs?: number;
  /** Seconds to compress the model, including the sweep that it shares with other models of the method. */
  compressSeconds?: number;
  /** Training rows of the calibration pass; 0 if the method needs only the tables. */
  calibrationRows: number;
  /** Seconds of calibration, one pass for all methods; 0 if the method needs only the tables. */
  calibrationSeconds?: number;
  /** The file of the model, if it was written. */
  path?: string;
  /** Bytes of that file. */
  fileBytes?: number;
  /** Epochs that the compressed model was trained further, with its pruned values held at 0; missing if it was not. */
  trainedEpochs?: number;
  /** ROC AUC after them on the test split, minus that of the uncompressed model after the same epochs. */
  trainedAucChange?: number;
  /** Lower end of its 95 % interval, paired (DeLong). */
  trainedAucChangeLower?: number;
  /** Upper end. */
  trainedAucChangeUpper?: number;
  /** How much these epochs changed the ROC AUC of the uncompressed model on the test split. */
  trainedBaseAucChange?: number;
  /** Bytes of the tables after them, as sparse float32 tables: training leaves no codes. */
  trainedTableBytes?: number;
}

/** A row of `compression_frontier.csv`. */
export interface FrontierPoint extends GridPoint, FrontierMeasurement {
  /** The id of its method. */
  method: string;
}

const bytes = wholeNumber({ expected: 'a number of bytes', minimum: 0 });
const positive = float({ minimum: 0 });
const share = float({ minimum: 0, maximum: 1 });
const seconds = float({ expected: 'seconds', minimum: 0 });
const maybe = { mayBeEmpty: true, mayBeAbsent: true };

const schema: ResultsSchema<FrontierMeasurement> = {
  seed: { column: 'seed', role: 'key', cell: wholeNumber({ minimum: 0 }) },
  wantedRatio: { column: 'wanted_ratio', role: 'key', cell: float({ minimum: 1 }), ...maybe },
  tableBytes: { column: 'table_bytes', cell: bytes },
  bytesPerRow: { column: 'bytes_per_row', cell: positive },
  memoryRatio: { column: 'memory_ratio', cell: positive },
  rocAuc: { column: 'roc_auc', cell: share },
  aucChange: { column: 'auc_change', cell: float() },
  aucChangeLower: { column: 'auc_change_lower', cell: float() },
  aucChangeUpper: { column: 'auc_change_upper', cell: float() },
  logLoss: { column: 'log_loss', cell: positive },
  logLossChange: { column: 'log_loss_change', cell: float() },
  validationRocAuc: { column: 'validation_roc_auc', cell: share },
  validationAucChange: { column: 'validation_auc_change', cell: float() },
  lookupNs: { column: 'lookup_ns', role: 'time', cell: positive },
  compressSeconds: { column: 'compress_seconds', role: 'time', cell: seconds },
  calibrationRows: { column: 'calibration_rows', cell: wholeNumber({ minimum: 0 }) },
  calibrationSeconds: { column: 'calibration_seconds', role: 'time', cell: seconds },
  path: { column: 'path', cell: pathCell, ...maybe },
  fileBytes: { column: 'file_bytes', cell: bytes, ...maybe },
  trainedEpochs: { column: 'trained_epochs', cell: wholeNumber({ minimum: 1 }), ...maybe },
  trainedAucChange: { column: 'trained_auc_change', cell: float(), ...maybe },
  trainedAucChangeLower: { column: 'trained_auc_change_lower', cell: float(), ...maybe },
  trainedAucChangeUpper: { column: 'trained_auc_change_upper', cell: float(), ...maybe },
  trainedBaseAucChange: { column: 'trained_base_auc_change', cell: float(), ...maybe },
  trainedTableBytes: { column: 'trained_table_bytes', cell: bytes, ...maybe },
};

/**
 * The columns of `compression_frontier.csv`, and of the file of times beside it: the method, what tells its models apart, and
 * what was measured.
 *
 * @param isTrained whether the models were trained further
 */
export function frontierColumns({ isTrained }: { isTrained: boolean }): ResultsColumn<FrontierPoint>[] {
  return [
    { name: 'method', role: 'key', cell: ({ method }) => method },
    ...gridPointColumns,
    ...gridPointOwnColumns.filter(({ name }) => name !== 'method'),
    ...columnsOf(schema).filter(({ name }) => isTrained || !name.startsWith('trained_')),
  ];
}

/**
 * Reads a `compression_frontier.csv`.
 *
 * @throws Error naming the file, line and column of an invalid cell, or a model that is listed twice for a seed.
 */
export async function readFrontier(csvPath: string): Promise<FrontierPoint[]> {
  const ofModels = modelSchema(schema);
  const method = { column: 'method', role: 'key' as const, cell: oneOf(methods.map(({ id }) => id)) };
  const rows = (await readResultsCsv(csvPath, { ...ofModels, method })) as FrontierPoint[];
  distinctModels(
    csvPath,
    rows.map((row) => ({ ...row, dlrmType: `seed ${row.seed}` })),
  );
  return rows;
}
