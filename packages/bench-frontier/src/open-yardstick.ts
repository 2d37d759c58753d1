import { checkTablesFitData, Dlrm, type EngineChoice, type EngineDescription } from '@ds/dlrm';
import { naming } from '@ds/files';
import type { JudgedRows } from './judged-rows.js';
import type { Yardstick } from './measure-model.js';
import type { OpenedModel } from './models/open-model.js';

// Rows of the batch for timing lookups, as in the other benchmarks.
const lookupRows = 16384;

/**
 * Evaluates the uncompressed model, with which all compressed ones are compared.
 *
 * @throws Error naming model and data if they do not match
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
  /** The name of the model in errors. */
  modelName: string;
  dataPath: string;
  engine: EngineChoice | undefined;
  onEngine: ((engine: EngineDescription) => void) | undefined;
  onNote: ((note: string) => void) | undefined;
}): Promise<Omit<Yardstick, 'seed' | 'calibration' | 'further'>> {
  const dense = await naming(modelName, () => Dlrm.fromStateDict(stateDict, { engine, metadata }));
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
