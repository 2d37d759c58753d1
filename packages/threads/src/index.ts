export { runOnThreads, availableThreads } from './run-on-threads.js';
export type { ThreadTask } from './task-queue.js';
export { serveTasks } from './serve-tasks.js';
