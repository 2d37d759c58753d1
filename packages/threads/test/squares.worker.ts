import { threadId, type MessagePort } from 'node:worker_threads';
import { serveTasks } from '../src/serve-tasks.js';

/** What the worker of these tests does with one input. */
export type SquareInput =
  | { square: number }
  | { squareAll: Float64Array }
  | { fail: string }
  | { exit: number }
  | { whichThread: true }
  | { uncloneable: true }
  | { never: true }
  | { endWhenTold: MessagePort; exit?: number };

serveTasks<SquareInput, unknown>(async (input) => {
  if ('square' in input) return { output: input.square ** 2 };
  if ('squareAll' in input) {
    const output = input.squareAll.map((value) => value ** 2);
    return { output, transfer: [output.buffer] };
  }
  if ('fail' in input) throw new RangeError(input.fail);
  if ('endWhenTold' in input) {
    input.endWhenTold.on('message', () => {
      if (input.exit !== undefined) process.exit(input.exit);
      throw new RangeError('told to fail');
    });
    return { output: 'waiting' };
  }
  if ('exit' in input) process.exit(input.exit);
  if ('uncloneable' in input) return { output: () => undefined };
  if ('never' in input) return new Promise(() => undefined);
  // Long enough that no thread can take all the tasks while another one starts.
  await new Promise((resolve) => setTimeout(resolve, 300));
  return { output: threadId };
});
