import { serveTasks } from '@ds/threads';
import { runSelectionTask, type SelectionTask } from './select-task.js';

serveTasks((task: SelectionTask) => ({ output: runSelectionTask(task) }));
