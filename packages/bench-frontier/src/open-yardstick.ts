import {
  checkTablesFitData,
  Dlrm,
  embeddingTableNames,
  type EngineChoice,
  type EngineDescription,
} from '@ds/dlrm';
import type { StateDict } from '@ds/tensor-files';
import type { JudgedRows } from './judged-rows.js';
import type { Yardstick } from './measure-model.js';

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
  rows,
  modelName,
  dataPath,
  engine,
  onEngine,
}: {
  stateDict: StateDict;
  /** The tables that are compressed. */
  names: readonly string[];
  rows: JudgedRows;
  /** What errors call the model. */
  modelName: string;
  dataPath: string;
  engine: EngineChoice | undefined;
  onEngine: ((engine: EngineDescription) => void) | undefined;
}): Promise<Omit<Yardstick, 'seed' | 'calibration'>> {
  const dense = await Dlrm.fromStateDict(stateDict, { engine });
  try {
    onEngine?.(dense.engine);
    checkTablesFitData({ config: dense.config, counts: rows.counts, modelPath: modelName, dataPath });
    const ids = await rows.testIds(lookupRows);
    const columns = embeddingTableNames(stateDict);
    return {
      ...{ stateDict, rows, engine },
      base: await rows.judge(dense),
      ids: names.map((name) => ids[columns.indexOf(name)]!),
    };
  } finally {
    await dense.dispose();
  }
}
