import { runSelectionTask, type SelectionJob } from './selection/select-task.js';

/** `selectOnThreads` without worker threads: the same work on the calling thread. */
export async function selectOnThreads({ jobs }: { jobs: readonly SelectionJob[] }): Promise<void> {
  for (const job of jobs) runSelectionTask({ step: 'whole', job });
}
