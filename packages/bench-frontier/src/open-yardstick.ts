import { checkTablesFitData, Dlrm, type EngineChoice, type EngineDescription } from '@ds/dlrm';
import type { JudgedRows } from './judged-rows.js';
import type { Yardstick } from './measure-model.js';
import type { OpenedModel } from './open-model.js';

// Rows of the batch that is looked up, as in the other benchmarks.
const lookupRows = 16384;

/**
 * Judges the model as it is, for all compressed ones to be measured beside.
 *
 * @throws Error naming model and data where they do not fit together
 */
export async function openYardstick({
  stateDict,
  names,
  columns,
  metadata,
  rows,
  modelName,
  dataPath,
  engine,
  onEngine,
  onNote,
}: OpenedModel & {
  rows: JudgedRows;
  /** What errors call the model. */
  modelName: string;
  dataPath: string;
  engine: EngineChoice | undefined;
  onEngine: ((engine: EngineDescription) => void) | undefined;
  onNote: ((note: string) => void) | undefined;
}): Promise<Omit<Yardstick, 'seed' | 'calibration'>> {
  const dense = await Dlrm.fromStateDict(stateDict, { engine, metadata });
  try {
    onEngine?.(dense.engine);
    checkTablesFitData({
      ...{ config: dense.config, metadata },
      ...{ counts: rows.counts, denseFeatures: rows.denseFeatures, idsFingerprint: rows.idsFingerprint },
      ...{ modelPath: modelName, dataPath, onNote },
    });
    const ids = await rows.testIds(lookupRows);
    return {
      ...{ stateDict, metadata, rows, engine },
      base: await rows.judge(dense),
      ids: names.map((name) => ids[columns.get(name)!]!),
    };
  } finally {
    await dense.dispose();
  }
}
