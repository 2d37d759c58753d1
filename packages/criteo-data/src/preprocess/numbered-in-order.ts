import { runOnThreads } from '@ds/threads';
import { numberRows, type NumberedRows } from './number-rows.js';
import type { BadField } from './parse-rows.js';

/**
 * Parses and numbers pieces of text, on threads if there is more than one, and yields the results in the
 * order of the pieces. Each thread is at most two pieces ahead of what has been taken.
 */
export async function* numberedInOrder(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  threads: number,
): AsyncGenerator<NumberedRows | BadField> {
  if (threads === 1) {
    for await (const piece of pieces) yield numberRows(piece);
    return;
  }
  const results = new Map<number, NumberedRows | BadField>();
  let next = 0;
  let finished = false;
  // Everyone who waits looks again after each change.
  let wakeAll: () => void = () => undefined;
  const nextChange = () => {
    const before = wakeAll;
    return new Promise<void>((resolve) => {
      wakeAll = () => {
        before();
        resolve();
      };
    });
  };
  const change = () => {
    wakeAll();
    wakeAll = () => undefined;
  };
  const run = runOnThreads<Uint8Array, NumberedRows | BadField>({
    worker: new URL('./preprocess.worker.js', import.meta.url),
    threads,
    tasks: (async function* () {
      for await (const input of pieces) {
        if (finished) return;
        yield { input, transfer: [input.buffer] };
      }
    })(),
    onResult: async (result, index) => {
      results.set(index, result);
      change();
      while (index > next + 2 * threads && !finished) await nextChange();
    },
  }).finally(() => {
    finished = true;
    change();
  });
  try {
    for (;;) {
      while (!results.has(next) && !finished) await nextChange();
      const result = results.get(next);
      if (!result) break;
      results.delete(next++);
      change();
      yield result;
    }
  } finally {
    finished = true;
    change();
    await run.catch(() => undefined);
  }
  await run;
}
