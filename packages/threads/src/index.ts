export { runOnThreads, availableThreads, type ThreadTask } from './run-on-threads.js';
export { serveTasks } from './serve-tasks.js';
