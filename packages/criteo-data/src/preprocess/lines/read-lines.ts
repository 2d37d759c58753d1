import type { FileSource } from '@ds/files';
import { inflatedLines } from './inflated-lines.js';
import { lineRanges, type LineRange } from './line-ranges.js';

/** Whole lines: where they stand in a file, or their text in a buffer of its own. */
export type Lines = LineRange | { text: Uint8Array<ArrayBuffer> };

/**
 * Cuts a text file, or one compressed with gzip (known by its first bytes), into pieces of whole lines, each about
 * `pieceSize` bytes: ranges of the text file, the text of the compressed one. A line longer than that makes a longer
 * piece, up to the limit of 16 pieces, where it is handed over cut.
 *
 * @throws Error naming the file when it cannot be read or its gzip data is damaged.
 */
export async function* readLines({
  source,
  pieceSize,
  onProgress = () => undefined,
}: {
  source: FileSource;
  pieceSize: number;
  /** Called with the number of bytes of the file read, and its size. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}): AsyncGenerator<Lines> {
  const { name, size } = source;
  // What the caller throws is not an error of the file.
  const reading = async <Result>(read: () => Promise<Result>): Promise<Result> => {
    try {
      return await read();
    } catch (error) {
      throw new Error(`cannot read ${name}: ${(error as Error).message}`, { cause: error });
    }
  };
  const start = new Uint8Array(Math.min(2, size));
  await reading(() => source.readInto(start, 0));
  const isCompressed = start[0] === 0x1f && start[1] === 0x8b;
  let done = 0;
  const cut = { source, pieceSize, onProgress: (bytes: number) => (done = bytes) };
  const pieces: AsyncGenerator<Lines> = isCompressed ? inflatedLines(cut) : lineRanges(cut);
  try {
    for (;;) {
      const next = await reading(() => pieces.next());
      if (next.done) break;
      onProgress(done, size);
      yield next.value;
    }
  } finally {
    await pieces.return(undefined);
  }
  onProgress(size, size);
}
