import { beginWhole, type UnfinishedFile } from '@ds/files';
import { availableThreads, runOnThreads, type ThreadTask } from '@ds/threads';
import { sourceKey, type GridPoint, type SparseModelMetadata, type SweepPlan } from '@ds/bench-models';
import type { CheckpointMetadata, StateDict } from '@ds/tensor-files';
import type { DumpedFile, DumpedModel, DumpTask } from './dump-task.js';

/** A model of the grid to write, or to size. */
export interface PlannedModel {
  point: GridPoint;
  plan: SweepPlan;
  /** This model's share of the time for the sweep. */
  sweepTimeSec: number;
  /** A dense file, a sparse one, or both in this order. */
  files: readonly DumpedFile[];
}

/**
 * Writes models on threads, or counts their bytes, each model on one thread. Deflating is spread over more threads, so that a single large model
 * also uses all of them.
 *
 * @throws Error naming the file that cannot be written. Models that are already complete stay.
 */
export async function dumpModels({
  stateDict,
  metadata,
  models,
  threads = availableThreads(),
  onDumped,
}: {
  /** The model before compression, its tables over SharedArrayBuffers. */
  stateDict: StateDict;
  /** The metadata of its checkpoint, and its fingerprint. */
  metadata: CheckpointMetadata;
  models: readonly PlannedModel[];
  threads: number | undefined;
  /** Called with the row of each model when its files are whole, and its place among the models. */
  onDumped: (row: SparseModelMetadata, place: number) => Promise<void>;
}): Promise<void> {
  // Opened on this thread, because a file opened by a worker thread would be left behind if the program is interrupted.
  // The promises are stored before the files are open, because another task may fail meanwhile.
  const unfinished = new Map<number, Promise<UnfinishedFile | undefined>[]>();

  async function* tasks(): AsyncGenerator<ThreadTask<DumpTask>> {
    for (const [index, { plan, point, files }] of models.entries()) {
      const begun = files.map(async ({ path }) => (path === undefined ? undefined : beginWhole(path)));
      unfinished.set(index, begun);
      const opened = await Promise.all(begun);
      const dumps = files.map((file, place) => ({ ...file, descriptor: opened[place]?.file.fd }));
      yield { input: { stateDict, metadata, plan, point, dumps, threads } };
    }
  }

  try {
    await runOnThreads<DumpTask, DumpedModel>({
      worker: new URL('./dump.worker.js', import.meta.url),
      tasks: tasks(),
      threads: Math.min(threads, models.length),
      onResult: async (dumped, index) => {
        for (const file of await Promise.all(unfinished.get(index)!)) await file?.finish();
        unfinished.delete(index);
        await onDumped({ ...rowOf(models[index]!, dumped), sourceSha256: metadata[sourceKey]! }, index);
      },
    });
  } finally {
    const left = await Promise.allSettled([...unfinished.values()].flat());
    for (const file of left) if (file.status === 'fulfilled') await file.value?.abandon();
  }
}

function rowOf({ point, plan, sweepTimeSec, files }: PlannedModel, dumped: DumpedModel): SparseModelMetadata {
  const sparse = files.findIndex(({ format }) => format === 'sparse');
  const [path, sparsePath] = [files[0]!.path, files[sparse]?.path];
  return {
    ...point,
    stepTimeSec: sweepTimeSec + dumped.compressTimeSec,
    zipFileSize: Math.floor(dumped.bytes[0]! / 2 ** 20),
    ...(path !== undefined && { path }),
    bytes: dumped.bytes[0]!,
    ...(sparsePath !== undefined && { sparsePath }),
    ...(sparse >= 0 && { sparseBytes: dumped.bytes[sparse]! }),
    tables: Object.keys(plan.tables).length,
    prunedValues: dumped.prunedValues,
    ...(dumped.tablesCrc32 !== undefined && { tablesCrc32: dumped.tablesCrc32 }),
  };
}
