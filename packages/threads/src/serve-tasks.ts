import { parentPort, type TransferListItem } from 'node:worker_threads';
import type { Reply, Request } from './messages.js';

/**
 * Makes the running worker file serve `run` to `runOnThreads`. Call it once, at the top level.
 * `run` returns the output, and in `transfer` those of its buffers that are moved instead of copied.
 */
export function serveTasks<Input, Output>(
  run: (
    input: Input,
  ) =>
    | { output: Output; transfer?: TransferListItem[] }
    | Promise<{ output: Output; transfer?: TransferListItem[] }>,
): void {
  const port = parentPort;
  if (!port) throw new Error('serveTasks must be called in a worker thread');
  port.on('message', async (request: Request<Input>) => {
    try {
      const { output, transfer } = await run(request.input);
      port.postMessage({ output } satisfies Reply<Output>, transfer ?? []);
    } catch (error) {
      // A DOMException (for example for an output that cannot be cloned) would not arrive.
      const sent = error instanceof DOMException ? new Error(error.message) : error;
      port.postMessage({ error: sent } satisfies Reply<Output>);
    }
  });
}
