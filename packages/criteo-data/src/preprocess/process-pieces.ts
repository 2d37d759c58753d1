import { runOnThreads, type ThreadTask } from '@ds/threads';
import type { BadField } from './bad-field.js';
import { dropKernelMemory } from './criteo-kernel.js';
import type { DeflatedParts } from './deflate-arrays.js';
import type { ParsedPiece } from './parse-piece.js';
import { buffersOf, runStage, type StageInput, type StageOutput } from './piece-stages.js';

/**
 * Takes the pieces of a file through both stages on threads, or in this one when `threads` is 1. A piece that
 * can be finished goes before one that is to be begun, and none is begun far ahead of the one whose turn it is
 * to get ids, so that only a few pieces a thread are in memory.
 */
export async function processPieces({
  pieces,
  threads,
  assignIds,
  keep,
}: {
  /** Whole lines, in the order of the file. */
  pieces: AsyncIterator<Uint8Array<ArrayBuffer>>;
  threads: number;
  /** Called with what was parsed in the order of the file: the ids in the place of `distinct`. */
  assignIds: (parsed: ParsedPiece | BadField) => { piece: ParsedPiece; ids: Int32Array<ArrayBuffer> };
  /** Called with deflated arrays of a piece, in any order of pieces. */
  keep: (piece: number, arrays: 'categories' | 'integersAndLabels', parts: DeflatedParts) => Promise<void>;
}): Promise<void> {
  const pieceOfTask: number[] = [];
  const waitingForTurn = new Map<number, ParsedPiece | BadField>();
  const readyToDeflate: { piece: number; input: StageInput }[] = [];
  let begun = 0;
  let numbered = 0;
  let isAllRead = false;
  let wake: () => void = () => undefined;

  async function* tasks(): AsyncGenerator<ThreadTask<StageInput>> {
    for (;;) {
      const next = readyToDeflate.shift() ?? (await beginNext());
      if (next) {
        pieceOfTask.push(next.piece);
        yield { input: next.input, transfer: buffersOf(next.input) };
      } else if (isAllRead && numbered === begun && readyToDeflate.length === 0) {
        return;
      } else if (readyToDeflate.length === 0) {
        await new Promise<void>((resolve) => (wake = resolve));
      }
    }
  }

  async function beginNext(): Promise<{ piece: number; input: StageInput } | undefined> {
    if (isAllRead || begun >= numbered + 2 * threads) return undefined;
    const { done, value } = await pieces.next();
    if (done) isAllRead = true;
    return done ? undefined : { piece: begun++, input: { text: value } };
  }

  async function onResult(output: StageOutput, task: number): Promise<void> {
    const piece = pieceOfTask[task]!;
    if ('deflated' in output) {
      await keep(piece, 'categories', output.deflated);
      return;
    }
    waitingForTurn.set(piece, output.parsed);
    for (let parsed = waitingForTurn.get(numbered); parsed; parsed = waitingForTurn.get(numbered)) {
      waitingForTurn.delete(numbered);
      const {
        piece: { rows, numbers, distinctCounts, integersAndLabels },
        ids,
      } = assignIds(parsed);
      readyToDeflate.push({ piece: numbered, input: { numbered: { rows, numbers, ids, distinctCounts } } });
      wake();
      await keep(numbered++, 'integersAndLabels', integersAndLabels);
    }
  }

  try {
    if (threads === 1) {
      let task = 0;
      for await (const { input } of tasks()) await onResult(runStage(input), task++);
    } else {
      await runOnThreads({
        worker: new URL('./preprocess.worker.js', import.meta.url),
        threads,
        tasks: tasks(),
        onResult,
      });
    }
  } finally {
    dropKernelMemory(); // of this thread, after a run in it
    await pieces.return?.();
  }
}
