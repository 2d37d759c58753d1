import { runOnThreads, type ThreadTask } from '@ds/threads';

/**
 * Runs tasks on threads, or by `run` in this one when `threads` is 1, and yields the results in the order of
 * the tasks. The threads get at most a few results ahead of what has been taken.
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
  tasks: Iterable<ThreadTask<Input>> | AsyncIterable<ThreadTask<Input>>;
  threads: number;
}): AsyncGenerator<Output> {
  if (threads === 1) {
    for await (const { input } of tasks) yield run(input);
    return;
  }
  const results = new Map<number, Output>();
  let next = 0;
  let finished = false;
  let waiting: (() => void)[] = [];
  const nextChange = () => new Promise<void>((resolve) => waiting.push(resolve));
  const change = () => {
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  };
  const pool = runOnThreads<Input, Output>({
    worker,
    threads,
    tasks: (async function* () {
      let begun = 0;
      for await (const task of tasks) {
        while (begun > next + 2 * threads && !finished) await nextChange();
        if (finished) return;
        begun++;
        yield task;
      }
    })(),
    onResult: (result, index) => {
      results.set(index, result);
      change();
    },
  }).finally(() => {
    finished = true;
    change();
  });
  try {
    for (;;) {
      while (!results.has(next) && !finished) await nextChange();
      if (!results.has(next)) break;
      const result = results.get(next)!;
      results.delete(next++);
      change();
      yield result;
    }
  } finally {
    finished = true;
    change();
    await pool.catch(() => undefined);
  }
  await pool;
}
