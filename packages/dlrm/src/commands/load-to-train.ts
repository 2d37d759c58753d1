import { idsMetadata, type CriteoDataset } from '@ds/criteo-data';
import type { CheckpointMetadata, StateDict, Tensor } from '@ds/tensor-files';
import { tableName } from '../models/dlrm/config.js';
import { checkTablesFitData } from '../models/dlrm/tables/check-tables.js';
import { Dlrm } from '../models/dlrm/dlrm.js';
import { PrunedValues } from '../tables/pruned-values.js';
import type { SharedOptions } from './shared-options.js';

/** A model to train further. */
export interface LoadedModel {
  /** Its parameters; tables are dense, with a row for each id of the data. */
  state: StateDict;
  /** The metadata of its checkpoint, and the ids of the data. */
  metadata: CheckpointMetadata;
  /** The values that must stay 0, if any. */
  held?: PrunedValues;
}

/**
 * Loads the model of `dlrm train --load-model`. Training needs dense tables, so compressed ones are converted; a note says
 * how much larger they get.
 *
 * @throws Error naming the checkpoint if it is not a model or has no pruned values to hold, or both files if it does not fit the
 *   data
 */
export async function loadToTrain(
  options: SharedOptions & { processedDataFile: string; loadModel?: string; holdPruned?: boolean },
  { dataset, note }: { dataset: CriteoDataset; note: (line: string) => void },
): Promise<LoadedModel> {
  const { archInteractionOp, processedDataFile, holdPruned } = options;
  const modelPath = options.loadModel!;
  const model = await Dlrm.load(modelPath, { engine: options.engine, archInteractionOp, onNote: note });
  try {
    checkTablesFitData({
      ...{ config: model.config, metadata: model.metadata },
      ...{ counts: dataset.counts, idsFingerprint: dataset.idsFingerprint },
      denseFeatures: dataset.denseFeatures,
      ...{ modelPath, dataPath: processedDataFile, onNote: note },
    });
    const compressed = Object.values(model.modelState()).filter((table) => 'gatherRows' in table);
    const state = withRows(model.stateDict(), dataset.counts);
    if (compressed.length > 0) {
      const bytes = compressed.reduce((sum, { byteLength }) => sum + byteLength, 0);
      const dense = compressed.reduce((sum, { rows, dim }) => sum + 4 * rows * dim, 0);
      note(
        `${modelPath}: ${compressed.length} compressed tables are trained and saved dense, ${dense} bytes instead of ` +
          `${bytes}; compress-tables makes them small again`,
      );
    }
    const metadata = { ...model.metadata, ...idsMetadata(dataset.idsFingerprint) };
    if (!holdPruned) return { state, metadata };
    const held = new PrunedValues(state);
    if (held.count === 0) {
      throw new Error(
        `${modelPath}: --hold-pruned: expected values of 0 in its tables, found none of ${held.total} values`,
      );
    }
    note(`${((100 * held.count) / held.total).toFixed(2)} % of the table values are 0 and stay 0`);
    return { state, metadata, held };
  } finally {
    await model.dispose();
  }
}

/** The same parameters without the rows that fill up the last group of ids of a quotient-remainder table. */
function withRows(state: StateDict, counts: ArrayLike<number>): StateDict {
  const cut = Array.from(counts, (rows, table): [string, Tensor] => {
    const { data, shape } = state[tableName(table)]!;
    const dim = shape[1]!;
    return [tableName(table), { data: data.subarray(0, rows * dim), shape: [rows, dim] }];
  });
  return { ...state, ...Object.fromEntries(cut) };
}
