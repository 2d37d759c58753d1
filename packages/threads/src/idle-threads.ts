import { Worker } from 'node:worker_threads';

interface IdleThread {
  thread: Worker;
  /** Takes the thread off the list, without any other effect on it. */
  claim: () => void;
}

const idleThreads = new Map<string, Set<IdleThread>>();

/** A thread of a worker file: an idle one if there is one, otherwise a new one. */
export function takeThread(worker: URL): Worker {
  const [idle] = idleThreads.get(worker.href) ?? [];
  if (idle) {
    idle.claim();
    idle.thread.ref();
    return idle.thread;
  }
  // Threads must not inherit flags of the program such as --input-type.
  return new Worker(worker, { execArgv: [] });
}

/**
 * Keeps an idle thread for the next `takeThread` with the same worker file; it is terminated after `milliseconds`. It does
 * not keep the program from exiting.
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
