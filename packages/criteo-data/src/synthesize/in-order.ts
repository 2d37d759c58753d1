import { pMapIterable } from 'p-map';
import { runOnThreads, type ThreadTask } from '@ds/threads';

// Milliseconds, long enough for a thread to stay from one task to the next.
const keepIdle = 1000;

/**
 * Runs tasks on threads, or with `run` on this thread if `threads` is 1, and yields the results in the order of the tasks.
 * The threads are at most a few results ahead of the consumer.
 */
export async function* inOrder<Input, Output>({
  worker,
  run,
  tasks,
  threads,
}: {
  /** The worker file; it serves the same function as `run`. */
  worker: URL;
  run: (input: Input) => Output;
  tasks: Iterable<ThreadTask<Input>>;
  threads: number;
}): AsyncGenerator<Output> {
  if (threads === 1) {
    for (const { input } of tasks) yield run(input);
    return;
  }
  const onThread = async (task: ThreadTask<Input>): Promise<Output> => {
    const [output] = await runOnThreads<Input, Output>({ worker, tasks: [task], threads: 1, keepIdle });
    return output!;
  };
  // Its type excludes promises and the library's own signals, which results never are.
  const outputs = pMapIterable(tasks, onThread, { concurrency: threads, backpressure: 2 * threads });
  yield* outputs as AsyncIterable<Output>;
}
