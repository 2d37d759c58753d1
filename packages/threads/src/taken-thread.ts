import type { Worker } from 'node:worker_threads';
import type { Reply, Request } from './messages.js';
import type { ThreadTask } from './task-queue.js';

/**
 * A thread from taking it to leaving it. It is listened to all that time: an error that nobody listens for would end
 * the program, and a thread that has ended answers no call.
 */
export class TakenThread<Input, Output> {
  readonly #thread: Worker;
  #call: { resolve: (output: Output) => void; reject: (error: unknown) => void } | undefined;
  #end: { error: unknown } | undefined;

  constructor(thread: Worker) {
    this.#thread = thread;
    thread.on('message', this.#onMessage);
    thread.on('error', this.#onError);
    thread.on('exit', this.#onExit);
  }

  /** Whether it ended by itself: no call of it can succeed any more. */
  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  /**
   * Runs a task, one at a time. Rejects with what the task throws or, when the thread ends, or ended since the call
   * before, with why.
   */
  call(task: ThreadTask<Input>): Promise<Output> {
    return new Promise((resolve, reject) => {
      if (this.#end) throw this.#end.error;
      this.#thread.postMessage({ input: task.input } satisfies Request<Input>, task.transfer ?? []);
      this.#call = { resolve, reject };
    });
  }

  /** Ends the thread. It is listened to until then: what it failed with just before may still arrive. */
  async terminate(): Promise<void> {
    await this.#thread.terminate();
  }

  /** Gives the thread back, without a call, to who listens to it from here on. */
  release(): Worker {
    this.#thread.off('message', this.#onMessage);
    this.#thread.off('error', this.#onError);
    this.#thread.off('exit', this.#onExit);
    return this.#thread;
  }

  readonly #onMessage = (reply: Reply<Output>): void => {
    const call = this.#call;
    this.#call = undefined;
    if ('error' in reply) call?.reject(reply.error);
    else call?.resolve(reply.output);
  };

  readonly #onError = (error: unknown): void => {
    this.#end ??= { error };
    this.#call?.reject(this.#end.error);
    this.#call = undefined;
  };

  readonly #onExit = (code: number): void =>
    this.#onError(new Error(`a worker thread ended early with exit code ${code}`));
}
