import type { TransferListItem } from 'node:worker_threads';

/** One call of the function that the worker file serves. */
export interface ThreadTask<Input> {
  input: Input;
  /** Buffers that move to the thread instead of being copied. */
  transfer?: readonly TransferListItem[];
}

type Pulled<Input> = { index: number; task: ThreadTask<Input> } | undefined;

/** Tasks that several threads pull from, one after another, until there are no more or somebody stops it. */
export class TaskQueue<Input> {
  readonly #iterator: Iterator<ThreadTask<Input>> | AsyncIterator<ThreadTask<Input>>;
  /** How to answer those who wait for a task, without one. */
  readonly #waiting = new Set<(none: undefined) => void>();
  #lastPull: Promise<unknown> = Promise.resolve();
  #nextIndex = 0;
  #stopped = false;
  #isMakingTask = false;
  #ended: Promise<unknown> | undefined;

  constructor(tasks: Iterable<ThreadTask<Input>> | AsyncIterable<ThreadTask<Input>>) {
    this.#iterator = Symbol.asyncIterator in tasks ? tasks[Symbol.asyncIterator]() : tasks[Symbol.iterator]();
  }

  /** The next task with its number, or undefined when there are no more, or once the queue is stopped. */
  pull(): Promise<Pulled<Input>> {
    // An async generator must not be asked for the next task while it is still making one.
    const next = this.#lastPull.then(() => this.#next());
    this.#lastPull = next.catch(() => undefined);
    return new Promise((resolve, reject) => {
      // Not a race with a promise of the stop: that would hold on to every task until the end.
      this.#waiting.add(resolve);
      next.then(resolve, reject).finally(() => this.#waiting.delete(resolve));
      if (this.#stopped) resolve(undefined);
    });
  }

  /** No task is given out any more, not even to those who wait for one; the iterable is told to end. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const resolve of this.#waiting) resolve(undefined);
    // Why the queue was stopped matters more than an error while the iterable ends.
    const ended = this.#end().catch(() => undefined);
    // An async generator ends only after the task that it is making, which may never come.
    if (!this.#isMakingTask) this.#ended = ended;
  }

  /** Resolves when a stopped iterable has ended; at once when it was making a task when it was stopped. */
  async ended(): Promise<void> {
    await this.#ended;
  }

  async #end(): Promise<void> {
    await this.#iterator.return?.();
  }

  async #next(): Promise<Pulled<Input>> {
    if (this.#stopped) return undefined;
    this.#isMakingTask = true;
    try {
      const { done, value } = await this.#iterator.next();
      return done ? undefined : { index: this.#nextIndex++, task: value };
    } finally {
      this.#isMakingTask = false;
    }
  }
}
