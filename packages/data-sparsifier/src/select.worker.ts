import { serveTasks } from '@ds/threads';
import { runSelectionTask, type SelectionTask } from './selection/select-task.js';

serveTasks((task: SelectionTask) => {
  const output = runSelectionTask(task);
  return { output, transfer: output && 'places' in output ? [output.keys.buffer, output.places.buffer] : [] };
});
