import { serveTasks } from '@ds/threads';
import { runDumpTask, type DumpTask } from './dump/dump-task.js';

serveTasks(async (task: DumpTask) => ({ output: await runDumpTask(task) }));
