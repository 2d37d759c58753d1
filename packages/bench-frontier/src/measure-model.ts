import { methodOf, type FrontierPoint } from '@ds/bench-models';
import { TableMemory, type EmbeddingTable } from '@ds/data-sparsifier';
import { Dlrm, type EngineChoice } from '@ds/dlrm';
import type { CheckpointMetadata, StateDict } from '@ds/tensor-files';
import type { CompressedModel } from './models/compressed-models.js';
import { testAucChange, type Judgement, type JudgedRows } from './judged-rows.js';
import type { FurtherTraining } from './models/further-training.js';
import { lookupTime } from './lookup-time.js';

// The maximum size of a TableMemory, minus the space for gathered rows.
const largestMemory = 2 ** 32 - 2 ** 28;

/** What all models of a run are compared with and measured on. */
export interface Yardstick {
  /** The uncompressed model. */
  stateDict: StateDict;
  /** Its metadata. */
  metadata: CheckpointMetadata;
  /** Its quality. */
  base: Judgement;
  rows: JudgedRows;
  /** Ids to look up in each table. */
  ids: readonly Int32Array[];
  seed: number;
  /** Training rows and seconds of the calibration pass, if there was one. */
  calibration: { rows: number; seconds: number } | undefined;
  engine: EngineChoice | undefined;
  /** Trains a model further; missing if models are not trained further. */
  further: FurtherTraining | undefined;
}

/** Serves a compressed model from memory, and measures its size, speed and quality. */
export async function measureModel(model: CompressedModel, yardstick: Yardstick): Promise<FrontierPoint> {
  const { stateDict, metadata, base, rows, ids, seed, engine } = yardstick;
  const memory = 1.5 * model.bytes <= largestMemory ? new TableMemory() : undefined;
  const tables: Record<string, EmbeddingTable> = Object.fromEntries(
    model.tables.names.map((name) => [name, model.tables.embeddingTable(name, { memory })]),
  );
  const served = Object.values(tables);
  const lookupNs = lookupTime(served, ids, memory);
  const dlrm = await Dlrm.fromStateDict({ ...stateDict, ...tables }, { engine, metadata });
  let judged: Judgement;
  try {
    judged = await rows.judge(dlrm);
  } finally {
    await dlrm.dispose();
  }
  const change = testAucChange(base, judged);
  const tableRows = served.reduce((sum, table) => sum + table.rows, 0);
  const denseBytes = served.reduce((sum, table) => sum + 4 * table.rows * table.dim, 0);
  const method = methodOf(model.point);
  const calibration = method.needs === 'calibration' ? yardstick.calibration : undefined;
  return {
    ...model.point,
    method: method.id,
    seed,
    ...(model.wantedRatio !== undefined && { wantedRatio: model.wantedRatio }),
    tableBytes: model.bytes,
    bytesPerRow: model.bytes / tableRows,
    memoryRatio: denseBytes / model.bytes,
    rocAuc: judged.test.rocAuc,
    aucChange: change.difference,
    aucChangeLower: change.interval[0],
    aucChangeUpper: change.interval[1],
    logLoss: judged.test.logLoss,
    logLossChange: judged.test.logLoss - base.test.logLoss,
    validationRocAuc: judged.validation.rocAuc,
    validationAucChange: judged.validation.rocAuc - base.validation.rocAuc,
    lookupNs,
    compressSeconds: model.sweepSeconds + model.tables.secondsTaken,
    calibrationRows: calibration?.rows ?? 0,
    calibrationSeconds: calibration?.seconds ?? 0,
    ...(await yardstick.further?.measure(tables)),
  };
}
