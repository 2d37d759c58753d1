import { runSelectionTask } from './select-task.js';
import type { SelectionJob } from './threads.js';

/** What `selectOnThreads` is where there are no worker threads: the same, in the calling thread. */
export async function selectOnThreads({ jobs }: { jobs: readonly SelectionJob[] }): Promise<void> {
  for (const part of jobs) runSelectionTask({ step: 'whole', part });
}
