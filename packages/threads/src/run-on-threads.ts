import { availableParallelism } from 'node:os';
import { leaveThread, takeThread } from './idle-threads.js';
import { TakenThread } from './taken-thread.js';
import { TaskQueue, type ThreadTask } from './task-queue.js';

/** The default number of threads. */
export function availableThreads(): number {
  return availableParallelism();
}

/**
 * Runs every task on a pool of worker threads and resolves with their results in the order of the tasks.
 * Tasks are pulled one at a time, so a lazy iterable holds only as many inputs in memory as there are
 * threads. The first failure immediately stops the pool, including its running tasks, and rejects. No thread outlives
 * the call unless `keepIdle` is set. If the iterable is producing a task at that moment, it is not waited for. If a
 * thread ends while it has no task, its next task fails.
 */
export async function runOnThreads<Input, Output>({
  worker,
  tasks,
  threads = availableThreads(),
  keepIdle = 0,
  onResult,
}: {
  /** The worker file, which calls `serveTasks`. */
  worker: URL;
  /** The tasks, pulled as threads become free. */
  tasks: Iterable<ThreadTask<Input>> | AsyncIterable<ThreadTask<Input>>;
  /** Number of threads; default: the available processors. */
  threads?: number;
  /**
   * How many milliseconds the threads are kept for another call with the same worker file. That call then does not wait
   * for threads to start or for code to compile. Idle threads do not keep the program from exiting. Default: 0.
   */
  keepIdle?: number;
  /** Called with each result as it arrives, in any order; the results are then not collected. */
  onResult?: (output: Output, index: number) => void | Promise<void>;
}): Promise<Output[]> {
  const results: Output[] = [];
  const queue = new TaskQueue(tasks);
  const running = new Set<TakenThread<Input, Output>>();
  let failure: { error: unknown } | undefined;

  const runTasks = async (): Promise<void> => {
    let thread: TakenThread<Input, Output> | undefined;
    try {
      for (let pulled = await queue.pull(); pulled; pulled = await queue.pull()) {
        if (!thread) running.add((thread = new TakenThread(takeThread(worker))));
        const output = await thread.call(pulled.task);
        if (onResult) await onResult(output, pulled.index);
        else results[pulled.index] = output;
      }
    } catch (error) {
      if (failure) return; // this thread was stopped
      failure = { error };
      queue.stop();
      for (const each of running) void each.terminate();
    } finally {
      if (thread) {
        running.delete(thread);
        if (failure || keepIdle <= 0 || thread.hasEnded) await thread.terminate();
        else leaveThread(worker, thread.release(), keepIdle);
      }
    }
  };

  await Promise.all(Array.from({ length: Math.max(1, threads) }, runTasks));
  if (failure) {
    await queue.ended();
    throw failure.error;
  }
  return results;
}
