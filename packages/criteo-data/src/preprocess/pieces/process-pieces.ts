import { runOnThreads, type ThreadTask } from '@ds/threads';
import type { BadField } from '../bad-field.js';
import { dropKernelMemory } from '../criteo-kernel.js';
import type { DeflatedParts } from '../deflate/deflate-arrays.js';
import type { ParsedPiece } from './parse-piece.js';
import type { Lines } from '../lines/read-lines.js';
import { buffersOf, runStage, type StageInput, type StageOutput } from './piece-stages.js';

/**
 * Runs both stages for the pieces of a file on threads, or on this thread if `threads` is 1. Finishing a piece has priority
 * over starting one, and no piece is started far ahead of the next one to get ids, so that only a few pieces per thread are
 * in memory.
 */
export async function processPieces({
  pieces,
  threads,
  assignIds,
  keep,
}: {
  /** Whole lines, in the order of the file. */
  pieces: AsyncIterator<Lines>;
  threads: number;
  /** Called with parsed pieces in the order of the file; returns the ids for `distinct`. */
  assignIds: (parsed: ParsedPiece | BadField) => { piece: ParsedPiece; ids: Int32Array<ArrayBuffer> };
  /** Called with deflated arrays of a piece, in any order of pieces. */
  keep: (piece: number, arrays: 'categories' | 'integersAndLabels', parts: DeflatedParts) => Promise<void>;
}): Promise<void> {
  const pieceOfTask: number[] = [];
  const waitingForTurn = new Map<number, ParsedPiece | BadField>();
  const readyToDeflate: { piece: number; input: StageInput }[] = [];
  let begun = 0;
  let numbered = 0;
  /** Read ahead, so that threads do not wait for it. */
  let nextPiece: Promise<IteratorResult<Lines>> | undefined;
  let isAllRead = false;
  let failure: { error: unknown } | undefined;
  let wake: () => void = () => undefined;
  let lastWrite: Promise<void> = Promise.resolve();

  async function* tasks(): AsyncGenerator<ThreadTask<StageInput>> {
    for (;;) {
      const next = readyToDeflate.shift() ?? (await beginNext());
      if (failure) throw failure.error;
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
    const { done, value } = await (nextPiece ?? pieces.next());
    if (done) isAllRead = true;
    if (done) return undefined;
    nextPiece = pieces.next();
    nextPiece.catch(() => undefined); // reported where it is awaited
    return { piece: begun++, input: value };
  }

  async function onResult(output: StageOutput, task: number): Promise<void> {
    const piece = pieceOfTask[task]!;
    if ('deflated' in output) return write(() => keep(piece, 'categories', output.deflated));
    const { parsed } = output;
    waitingForTurn.set(piece, parsed);
    // Deferred until the thread has its next task, so that it does not wait for the ids.
    setImmediate(assignIdsInOrder);
    if ('rows' in parsed) return write(() => keep(piece, 'integersAndLabels', parsed.integersAndLabels));
  }

  function assignIdsInOrder(): void {
    try {
      for (let parsed = waitingForTurn.get(numbered); parsed; parsed = waitingForTurn.get(numbered)) {
        waitingForTurn.delete(numbered);
        const {
          piece: { rows, numbers, distinctCounts },
          ids,
        } = assignIds(parsed);
        readyToDeflate.push({
          piece: numbered++,
          input: { numbered: { rows, numbers, ids, distinctCounts } },
        });
      }
    } catch (error) {
      failure ??= { error };
    }
    wake();
  }

  /** Starts a write; resolves when the previous one has ended, so that at most two are in memory. */
  async function write(begin: () => Promise<void>): Promise<void> {
    const before = lastWrite;
    lastWrite = begin();
    lastWrite.catch(() => undefined); // reported where it is awaited
    await before;
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
        keepIdle: 30_000,
        onResult,
      });
    }
    await lastWrite;
  } finally {
    dropKernelMemory(); // of this thread, if it ran tasks
    await pieces.return?.();
  }
}
