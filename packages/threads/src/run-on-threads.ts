import { availableParallelism } from 'node:os';
import { Worker, type TransferListItem } from 'node:worker_threads';
import type { Reply, Request } from './messages.js';

/** One call of the function that the worker file serves. */
export interface ThreadTask<Input> {
  input: Input;
  /** Buffers that move to the thread instead of being copied. */
  transfer?: readonly TransferListItem[];
}

/** How many threads run at once when the caller does not say. */
export function availableThreads(): number {
  return availableParallelism();
}

/**
 * Runs every task on a pool of worker threads and resolves with their results in the order of the tasks.
 * Tasks are pulled one at a time, so a lazy iterable holds only as many inputs in memory as there are
 * threads. The first failure stops the pool and rejects; no thread outlives the call.
 */
export async function runOnThreads<Input, Output>({
  worker,
  tasks,
  threads = availableThreads(),
  onResult,
}: {
  /** The worker file, which calls `serveTasks`. */
  worker: URL;
  /** What to run; pulled as threads become free. */
  tasks: Iterable<ThreadTask<Input>> | AsyncIterable<ThreadTask<Input>>;
  /** Number of threads; default: the available processors. */
  threads?: number;
  /** Called with each result as it comes, in any order; the results are then not collected. */
  onResult?: (output: Output, index: number) => void | Promise<void>;
}): Promise<Output[]> {
  const results: Output[] = [];
  const iterator =
    Symbol.asyncIterator in tasks
      ? tasks[Symbol.asyncIterator]()
      : (tasks as Iterable<ThreadTask<Input>>)[Symbol.iterator]();
  let nextIndex = 0;
  let stopped = false;

  // An async generator must not be asked for the next task while it is still making one.
  let pulling: Promise<unknown> = Promise.resolve();
  const pull = (): Promise<{ index: number; task: ThreadTask<Input> } | undefined> => {
    const next = pulling.then(async () => {
      if (stopped) return undefined;
      const { done, value } = await iterator.next();
      return done ? undefined : { index: nextIndex++, task: value };
    });
    pulling = next.catch(() => undefined);
    return next;
  };

  const workThrough = async (): Promise<void> => {
    let thread: Worker | undefined;
    try {
      for (let pulled = await pull(); pulled; pulled = await pull()) {
        // Flags of the program, such as --input-type, are not for its threads.
        thread ??= new Worker(worker, { execArgv: [] });
        const output = await callThread<Input, Output>(thread, pulled.task);
        if (onResult) await onResult(output, pulled.index);
        else results[pulled.index] = output;
      }
    } catch (error) {
      stopped = true;
      throw error;
    } finally {
      await thread?.terminate();
    }
  };

  const outcomes = await Promise.allSettled(Array.from({ length: Math.max(1, threads) }, workThrough));
  if (stopped) await iterator.return?.();
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure) throw failure.reason;
  return results;
}

function callThread<Input, Output>(thread: Worker, task: ThreadTask<Input>): Promise<Output> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      thread.off('message', onMessage);
      thread.off('error', onError);
      thread.off('exit', onExit);
      finish();
    };
    const onMessage = (reply: Reply<Output>) =>
      settle(() => ('error' in reply ? reject(reply.error) : resolve(reply.output)));
    const onError = (error: Error) => settle(() => reject(error));
    const onExit = (code: number) =>
      settle(() => reject(new Error(`a worker thread ended early with exit code ${code}`)));
    thread.on('message', onMessage);
    thread.on('error', onError);
    thread.on('exit', onExit);
    thread.postMessage({ input: task.input } satisfies Request<Input>, task.transfer ?? []);
  });
}
