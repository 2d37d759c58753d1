import { serveTasks } from '@ds/threads';
import type { ForwardTask } from './engines/onnx/cpu/forward-task.js';
import { runForwardTask } from './engines/onnx/cpu/run-forward-task.js';

serveTasks(async (task: ForwardTask) => {
  await runForwardTask(task);
  return { output: undefined };
});
