import {
  bytesInMemory,
  checkTablesFitData,
  Dlrm,
  embeddingTableNames,
  loadModelState,
  type CheckpointMetadata,
} from '@ds/dlrm';
import type { ServedMeasurement, ServedModel } from './measure-model.js';

/**
 * Loads a model into this process, serves one batch, and measures the memory and the time that this took. The process needs
 * `--expose-gc`.
 *
 * @throws Error naming the file if it cannot be loaded or does not fit the data.
 */
export async function serveModel(model: ServedModel): Promise<ServedMeasurement> {
  const { path, modelName, tables, blockWidth, batch, counts, idsFingerprint, processedDataFile, engine } =
    model;
  const before = residentBytes();

  const start = performance.now();
  let metadata: CheckpointMetadata = {};
  const onMetadata = (found: CheckpointMetadata) => void (metadata = found);
  const state = await loadModelState(path, { tables, blockWidth, onMetadata });
  const dlrm = await Dlrm.fromStateDict(state, { engine, metadata });
  const loadTimeSec = (performance.now() - start) / 1000;

  const notes: string[] = [];
  checkTablesFitData({
    ...{ config: dlrm.config, metadata, counts, idsFingerprint },
    ...{ modelPath: modelName, dataPath: processedDataFile },
    onNote: (note) => notes.push(note),
  });
  await dlrm.forward(batch);
  const after = residentBytes();
  const memory = {
    tableBytes: bytesInMemory(state, embeddingTableNames(state)),
    residentBytes: after - before,
    // Node returns it in KiB on every system.
    peakResidentBytes: 1024 * process.resourceUsage().maxRSS - before,
    loadTimeSec,
    batchSize: batch.labels.length,
  };
  await dlrm.dispose();
  return { memory, engine: dlrm.engine, notes };
}

/** Resident set of this process after a garbage collection. */
function residentBytes(): number {
  globalThis.gc!();
  return process.memoryUsage.rss();
}
