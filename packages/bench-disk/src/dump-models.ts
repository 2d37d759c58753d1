import { beginWhole, type UnfinishedFile } from '@ds/files';
import { availableThreads, runOnThreads, type ThreadTask } from '@ds/threads';
import type { GridPoint, SparseModelMetadata } from '@ds/bench-models';
import type { DumpedFile, DumpedModel, DumpTask } from './dump-task.js';
import type { RankedModel } from './pruned-model.js';

/** A model of the grid to be written. */
export interface PlannedModel {
  point: GridPoint;
  model: RankedModel;
  /** This level's share of the time for ranking the blocks. */
  rankingTimeSec: number;
  /** A dense file, a sparse one, or both in this order. */
  files: readonly DumpedFile[];
}

/**
 * Writes models on threads, each model on one; what a model deflates is spread over more, so that one large model uses
 * all of them too.
 *
 * @throws Error naming the file that cannot be written. Models that are whole by then stay.
 */
export async function dumpModels({
  models,
  threads = availableThreads(),
  onDumped,
}: {
  models: readonly PlannedModel[];
  threads: number | undefined;
  /** Called with the number of models written so far. */
  onDumped: (done: number) => void;
}): Promise<SparseModelMetadata[]> {
  const rows: SparseModelMetadata[] = [];
  // Opened here: what a thread has opened, nobody would remove if the program is interrupted. Kept from before they are
  // open: a failure may come meanwhile.
  const unfinished = new Map<number, Promise<UnfinishedFile>[]>();
  let done = 0;

  async function* tasks(): AsyncGenerator<ThreadTask<DumpTask>> {
    for (const [index, { model, point, files }] of models.entries()) {
      const begun = files.map(({ path }) => beginWhole(path));
      unfinished.set(index, begun);
      const opened = await Promise.all(begun);
      const dumps = files.map((file, place) => ({ ...file, descriptor: opened[place]!.file.fd }));
      yield { input: { model, sparsityLevel: point.sparsityLevel, dumps, threads } };
    }
  }

  try {
    await runOnThreads<DumpTask, DumpedModel>({
      worker: new URL('./dump.worker.js', import.meta.url),
      tasks: tasks(),
      threads: Math.min(threads, models.length),
      onResult: async (dumped, index) => {
        for (const file of await Promise.all(unfinished.get(index)!)) await file.finish();
        unfinished.delete(index);
        rows[index] = rowOf(models[index]!, dumped);
        onDumped(++done);
      },
    });
  } finally {
    const left = await Promise.allSettled([...unfinished.values()].flat());
    for (const file of left) if (file.status === 'fulfilled') await file.value.abandon();
  }
  return rows;
}

function rowOf(
  { point, rankingTimeSec, files, model }: PlannedModel,
  dumped: DumpedModel,
): SparseModelMetadata {
  const sparse = files.findIndex(({ format }) => format === 'sparse');
  return {
    ...point,
    stepTimeSec: rankingTimeSec + dumped.cutTimeSec,
    zipFileSize: Math.floor(dumped.bytes[0]! / 2 ** 20),
    path: files[0]!.path,
    bytes: dumped.bytes[0]!,
    ...(sparse >= 0 && { sparsePath: files[sparse]!.path, sparseBytes: dumped.bytes[sparse]! }),
    tables: Object.keys(model.ranks).length,
    prunedValues: dumped.prunedValues,
  };
}
