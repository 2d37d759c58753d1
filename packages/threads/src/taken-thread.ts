import type { Worker } from 'node:worker_threads';
import type { Reply, Request } from './messages.js';
import type { ThreadTask } from './task-queue.js';

/**
 * A thread between `takeThread` and `leaveThread`. Its events are handled all that time, because an unhandled error would
 * end the program, and a call to a thread that has ended would never return.
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

  /** Whether it ended by itself; calls then fail. */
  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  /**
   * Runs one task at a time. Rejects with the error of the task, or with the reason if the thread ends or has ended since
   * the previous call.
   */
  call(task: ThreadTask<Input>): Promise<Output> {
    return new Promise((resolve, reject) => {
      if (this.#end) throw this.#end.error;
      this.#thread.postMessage({ input: task.input } satisfies Request<Input>, task.transfer ?? []);
      this.#call = { resolve, reject };
    });
  }

  /** Ends the thread. Its events are handled until then, because an earlier failure may still arrive. */
  async terminate(): Promise<void> {
    await this.#thread.terminate();
  }

  /** Stops handling the events of the thread, which must have no call, and returns it. */
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
