import { parentPort, type TransferListItem } from 'node:worker_threads';
import type { Reply, Request } from './messages.js';

/**
 * Makes the running worker file serve `run` to `runOnThreads`: call it once, at its top level.
 * `run` returns the output, and in `transfer` the buffers of it that move instead of being copied.
 */
export function serveTasks<Input, Output>(
  run: (
    input: Input,
  ) =>
    | { output: Output; transfer?: TransferListItem[] }
    | Promise<{ output: Output; transfer?: TransferListItem[] }>,
): void {
  const port = parentPort;
  if (!port) throw new Error('serveTasks runs in a worker thread only');
  port.on('message', async (request: Request<Input>) => {
    try {
      const { output, transfer } = await run(request.input);
      port.postMessage({ output } satisfies Reply<Output>, transfer ?? []);
    } catch (error) {
      // Of a DOMException (an output that cannot be cloned, for one) nothing would arrive.
      const sent = error instanceof DOMException ? new Error(error.message) : error;
      port.postMessage({ error: sent } satisfies Reply<Output>);
    }
  });
}
