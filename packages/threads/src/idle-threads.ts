import { Worker } from 'node:worker_threads';

interface IdleThread {
  thread: Worker;
  /** Takes the thread off the list; it goes on as it was. */
  claim: () => void;
}

const idleThreads = new Map<string, Set<IdleThread>>();

/** A thread of a worker file: an idle one that was left, else a new one. */
export function takeThread(worker: URL): Worker {
  const [idle] = idleThreads.get(worker.href) ?? [];
  if (idle) {
    idle.claim();
    idle.thread.ref();
    return idle.thread;
  }
  // Flags of the program, such as --input-type, are not for its threads.
  return new Worker(worker, { execArgv: [] });
}

/**
 * Leaves a thread without work for whoever takes one of its worker file next; nobody within `milliseconds`, and it
 * ends. It does not keep the program from ending.
 */
export function leaveThread(worker: URL, thread: Worker, milliseconds: number): void {
  const ofWorker = idleThreads.get(worker.href) ?? new Set();
  idleThreads.set(worker.href, ofWorker);
  thread.unref();
  const timer = setTimeout(() => {
    claim();
    void thread.terminate();
  }, milliseconds).unref();
  const claim = () => {
    clearTimeout(timer);
    ofWorker.delete(idle);
    thread.off('exit', claim);
    thread.off('error', claim);
  };
  const idle: IdleThread = { thread, claim };
  ofWorker.add(idle);
  thread.on('exit', claim);
  thread.on('error', claim);
}
