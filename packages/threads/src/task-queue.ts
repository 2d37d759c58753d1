import type { TransferListItem } from 'node:worker_threads';

/** One call of the function that the worker file serves. */
export interface ThreadTask<Input> {
  input: Input;
  /** Buffers that are moved to the thread instead of copied. */
  transfer?: readonly TransferListItem[];
}

type Pulled<Input> = { index: number; task: ThreadTask<Input> } | undefined;

/** A queue from which several threads pull tasks, until there are no more or the queue is stopped. */
export class TaskQueue<Input> {
  readonly #iterator: Iterator<ThreadTask<Input>> | AsyncIterator<ThreadTask<Input>>;
  /** Resolves the pending pulls without a task. */
  readonly #waiting = new Set<(none: undefined) => void>();
  #lastPull: Promise<unknown> = Promise.resolve();
  #nextIndex = 0;
  #stopped = false;
  #isProducing = false;
  #ended: Promise<unknown> | undefined;

  constructor(tasks: Iterable<ThreadTask<Input>> | AsyncIterable<ThreadTask<Input>>) {
    this.#iterator = Symbol.asyncIterator in tasks ? tasks[Symbol.asyncIterator]() : tasks[Symbol.iterator]();
  }

  /** The next task and its index; undefined if there are no more, or once the queue is stopped. */
  pull(): Promise<Pulled<Input>> {
    // An async generator must not be asked for the next task while it is still making one.
    const next = this.#lastPull.then(() => this.#next());
    this.#lastPull = next.catch(() => undefined);
    return new Promise((resolve, reject) => {
      // Not Promise.race with a promise of the stop, which would keep every task in memory until the end.
      this.#waiting.add(resolve);
      next.then(resolve, reject).finally(() => this.#waiting.delete(resolve));
      if (this.#stopped) resolve(undefined);
    });
  }

  /** Hands out no more tasks, not even to pending pulls, and tells the iterable to end. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const resolve of this.#waiting) resolve(undefined);
    // The reason for the stop matters more than an error while the iterable ends.
    const ended = this.#end().catch(() => undefined);
    // An async generator ends only after the task that it is producing, which may never come.
    if (!this.#isProducing) this.#ended = ended;
  }

  /** Resolves when a stopped iterable has ended, or immediately if it was producing a task when it was stopped. */
  async ended(): Promise<void> {
    await this.#ended;
  }

  async #end(): Promise<void> {
    await this.#iterator.return?.();
  }

  async #next(): Promise<Pulled<Input>> {
    if (this.#stopped) return undefined;
    this.#isProducing = true;
    try {
      const { done, value } = await this.#iterator.next();
      return done ? undefined : { index: this.#nextIndex++, task: value };
    } finally {
      this.#isProducing = false;
    }
  }
}
