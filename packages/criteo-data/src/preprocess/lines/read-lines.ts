import type { RawFile } from '../../raw/open-raw-file.js';
import type { RowForm } from '../../raw/rows/row-form.js';
import type { Sampling } from '../sample-rows.js';
import { cutLines } from './cut-lines.js';
import { lineRanges, type LineRange } from './line-ranges.js';

/** Whole lines: where they stand in a file, or their text in a buffer of its own; and how they are to be read. */
export type Lines = (LineRange | { text: Uint8Array<ArrayBuffer> }) & {
  /** Default: Criteo's rows with labels. */
  form?: RowForm;
  /** Categories are taken modulo this number, before they get their ids. Default: as they are. */
  maxIndRange?: number | undefined;
  /** Leaves out rows without a click. Default: none. `firstRow`: the number of the first row here among all, from 0. */
  sampling?: (Sampling & { firstRow: number }) | undefined;
};

/**
 * Cuts the text of a raw file into pieces of whole lines, each about `pieceSize` bytes: ranges of a plain text, which the
 * threads read themselves, else the text. A line that is longer than any row is handed over cut.
 *
 * @throws Error naming the file when it cannot be read or is damaged.
 */
export async function* readLines({
  file,
  skip = 0,
  asText = false,
  pieceSize,
  onProgress = () => undefined,
}: {
  file: RawFile;
  /** Reads a plain text here, for who wants to count its lines. */
  asText?: boolean;
  /** Bytes of the text before the first row: a header. */
  skip?: number;
  pieceSize: number;
  /** Called with the number of bytes of the file read. */
  onProgress?: ((done: number) => void) | undefined;
}): AsyncGenerator<LineRange | { text: Uint8Array<ArrayBuffer> }> {
  const { name, plain } = file;
  let done = 0;
  // What the caller throws is not an error of the file.
  const next = async <Value>(pieces: AsyncGenerator<Value>) => {
    try {
      return await pieces.next();
    } catch (error) {
      const message = (error as Error).message;
      throw message.includes(name) ? error : new Error(`cannot read ${name}: ${message}`, { cause: error });
    }
  };
  const pieces: AsyncGenerator<LineRange | Uint8Array<ArrayBuffer>> =
    plain && !asText
      ? lineRanges({
          source: plain.source,
          start: plain.position + skip,
          pieceSize,
          onProgress: (bytes) => (done = bytes),
        })
      : cutLines({ bytes: file.bytes, skip, pieceSize });
  try {
    for (;;) {
      const { done: isAll, value } = await next(pieces);
      if (isAll) break;
      onProgress(Math.max(done, file.done()));
      yield value instanceof Uint8Array ? { text: value } : value;
    }
  } finally {
    await pieces.return(undefined);
  }
  onProgress(Math.max(file.size, file.done()));
}
