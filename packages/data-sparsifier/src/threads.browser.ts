import { runSelectionTask, type SelectionJob } from './selection/select-task.js';

/** What `selectOnThreads` is where there are no worker threads: the same, in the calling thread. */
export async function selectOnThreads({ jobs }: { jobs: readonly SelectionJob[] }): Promise<void> {
  for (const job of jobs) runSelectionTask({ step: 'whole', job });
}
