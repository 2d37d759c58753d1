// A process that loads one model, serves one batch, and prints what that took: a `ServedModel` as JSON in, a
// `ServedMeasurement` as JSON out. Started with --expose-gc by `measureModel`.
import { firstTestBatch } from '@ds/criteo-data';
import { checkTablesFitData, Dlrm, embeddingTableNames, loadModelState, type ModelState } from '@ds/dlrm';
import type { ServedMeasurement, ServedModel } from './measure-model.js';

async function serveModel(model: ServedModel): Promise<ServedMeasurement> {
  const { path, tables, blockWidth, processedDataFile, batchSize, engine } = model;
  const { batch, counts } = await firstTestBatch({ processedDataFile, batchSize });
  const before = residentBytes();

  const start = performance.now();
  const state = await loadModelState(path, { tables, blockWidth });
  const dlrm = await Dlrm.fromStateDict(state, { engine });
  const loadTimeSec = (performance.now() - start) / 1000;

  checkTablesFitData({ config: dlrm.config, counts, modelPath: path, dataPath: processedDataFile });
  await dlrm.forward(batch);
  const after = residentBytes();
  const memory = {
    tableBytes: tableBytes(state),
    residentBytes: after - before,
    // Node gives it in KiB on every system.
    peakResidentBytes: 1024 * process.resourceUsage().maxRSS - before,
    loadTimeSec,
    batchSize: batch.labels.length,
  };
  await dlrm.dispose();
  return { memory, engine: dlrm.engine };
}

/** Resident set of this process without what is only waiting to be collected. */
function residentBytes(): number {
  globalThis.gc!();
  return process.memoryUsage.rss();
}

function tableBytes(state: ModelState): number {
  return embeddingTableNames(state).reduce((sum, name) => {
    const table = state[name]!;
    return sum + ('data' in table ? table.data.byteLength : table.byteLength);
  }, 0);
}

try {
  const measured = await serveModel(JSON.parse(process.argv[2]!) as ServedModel);
  process.stdout.write(JSON.stringify(measured));
} catch (error) {
  process.stderr.write(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
