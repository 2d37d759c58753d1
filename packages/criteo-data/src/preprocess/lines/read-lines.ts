import type { RawFile } from '../../raw/open-raw-file.js';
import type { RowForm } from '../../raw/rows/row-form.js';
import type { Sampling } from '../sample-rows.js';
import { cutLines } from './cut-lines.js';
import { lineRanges, type LineRange } from './line-ranges.js';

/** Whole lines, as a range of a file or as text in a separate buffer; and how to parse them. */
export type Lines = (LineRange | { text: Uint8Array<ArrayBuffer> }) & {
  /** Default: Criteo's rows with labels. */
  form?: RowForm;
  /** Takes categories modulo this number, before they get ids. Default: unchanged. */
  maxIndRange?: number | undefined;
  /** Drops rows without a click. Default: none. `firstRow`: the number of the first row here among all rows, from 0. */
  sampling?: (Sampling & { firstRow: number }) | undefined;
};

/**
 * Splits the text of a raw file into pieces of whole lines, each about `pieceSize` bytes: for a plain text, ranges that the
 * threads read themselves, otherwise the text. A line that is longer than any row is cut.
 *
 * @throws Error naming the file if it cannot be read or is damaged.
 */
export async function* readLines({
  file,
  skip = 0,
  asText = false,
  pieceSize,
  onProgress = () => undefined,
}: {
  file: RawFile;
  /** Returns the text of a plain file instead of ranges, for counting its lines. */
  asText?: boolean;
  /** Bytes of the text before the first row, such as a header. */
  skip?: number;
  pieceSize: number;
  /** Called with the number of bytes of the file read. */
  onProgress?: ((done: number) => void) | undefined;
}): AsyncGenerator<LineRange | { text: Uint8Array<ArrayBuffer> }> {
  const { name, plain } = file;
  let done = 0;
  // Errors thrown by the caller are not errors of the file.
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
