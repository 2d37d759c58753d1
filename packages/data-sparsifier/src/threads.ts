import { availableThreads, runOnThreads } from '@ds/threads';
import { selectInParts } from './selection/select-in-parts.js';
import type { SelectionJob, SelectionOutput, SelectionTask } from './selection/select-task.js';
import { selectionKernel } from './selection/selection-kernel.js';
import { asShared, isShared, sharedBytes } from './shared-memory.js';

// A part with fewer values is not worth its messages.
const minPartValues = 1 << 20;

/**
 * Computes the masks or ranks of many tables on a pool of threads. A table that exceeds one thread's share of the work is
 * divided into parts.
 */
export async function selectOnThreads({
  jobs,
  threads = availableThreads(),
  keepIdle = 1000,
}: {
  jobs: readonly SelectionJob[];
  threads?: number | undefined;
  /** Milliseconds that the threads are kept for another call; default: 1000, because large tables make several calls. */
  keepIdle?: number;
}): Promise<void> {
  const worker = new URL('./select.worker.js', import.meta.url);
  const pool = { worker, threads, keepIdle };
  const allValues = jobs.reduce((sum, { data }) => sum + data.length, 0);
  const isLarge = ({ data }: SelectionJob) =>
    data.length > Math.max(2 * minPartValues, allValues / threads) && selectionKernel() !== undefined;
  for (const job of jobs.filter(isLarge)) {
    const copy = sharedJob(job);
    await selectInParts(copy, threads, (inputs) =>
      runOnThreads<SelectionTask, SelectionOutput>({ tasks: inputs.map((input) => ({ input })), ...pool }),
    );
    copyBack(copy, job);
  }

  // Large tables first, so that the threads finish at about the same time.
  const whole = jobs.filter((job) => !isLarge(job)).sort((a, b) => b.data.length - a.data.length);
  const copies: (SelectionJob | undefined)[] = [];
  function* tasks(): Generator<{ input: SelectionTask }> {
    // Shared only when needed, so that there are no more copies than threads.
    for (const job of whole) {
      const copy = sharedJob(job);
      copies.push(copy);
      yield { input: { step: 'whole', job: copy } };
    }
  }
  await runOnThreads<SelectionTask, SelectionOutput>({
    tasks: tasks(),
    ...pool,
    onResult: (_, index) => {
      copyBack(copies[index]!, whole[index]!);
      copies[index] = undefined;
    },
  });
}

function sharedJob(job: SelectionJob): SelectionJob {
  const target = isShared(job.target) ? job.target : sharedBytes(job.target.length);
  return { ...job, data: asShared(job.data), target };
}

/** Copies back the result of a job that was done on a copy. */
function copyBack({ target }: SelectionJob, job: SelectionJob): void {
  if (target !== job.target) job.target.set(target);
}
