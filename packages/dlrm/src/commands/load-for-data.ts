import type { CriteoDataset } from '@ds/criteo-data';
import type { Progress } from '@ds/command-line';
import { engineLine } from '../engines/engine-line.js';
import { checkTablesFitData } from '../models/dlrm/tables/check-tables.js';
import { Dlrm } from '../models/dlrm/dlrm.js';
import type { SharedOptions } from './shared-options.js';

/**
 * Loads the model of a command that scores rows, and reports the engine.
 *
 * @throws Error naming the checkpoint if it is not a model, or both files if the model does not fit the data.
 */
export async function loadForData(
  options: SharedOptions & { processedDataFile: string; modelPath: string },
  dataset: CriteoDataset,
  { note }: Progress,
): Promise<Dlrm> {
  const { engine, archInteractionOp, qrOperation, modelPath, processedDataFile } = options;
  const model = await Dlrm.load(modelPath, { engine, archInteractionOp, qrOperation, onNote: note });
  note(engineLine(model.engine));
  checkTablesFitData({
    config: model.config,
    metadata: model.metadata,
    counts: dataset.counts,
    idsFingerprint: dataset.idsFingerprint,
    denseFeatures: dataset.denseFeatures,
    modelPath,
    dataPath: processedDataFile,
    onNote: note,
  });
  return model;
}
