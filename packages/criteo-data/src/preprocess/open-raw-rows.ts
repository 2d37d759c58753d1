import { fileSource } from '@ds/files';
import { openRawFile, standardInput, type RawFile } from '../raw/open-raw-file.js';
import type { ColumnChoice } from '../raw/rows/column-choice.js';
import { findRowForm, type FoundForm } from '../raw/rows/find-row-form.js';
import { columnNames, type RowForm } from '../raw/rows/row-form.js';
import { readLines, type Lines } from './lines/read-lines.js';
import type { Sampling } from './sample-rows.js';

/** Where a piece of the rows comes from. */
export interface PieceOrigin {
  /** Which file, from 0. */
  file: number;
  /** What errors call it. */
  name: string;
  /** Lines of the file before its first row. */
  headerLines: number;
}

/** The rows of one or several raw files, one after another. */
export interface RawRows {
  /** How the rows of the first file are read; those of the others have the same columns. */
  form: RowForm;
  /** Bytes of all files; standard input has none. */
  size: number;
  /** The rows in pieces. */
  pieces(): AsyncGenerator<Lines>;
  /** Where the next piece in order comes from; files before it are closed. To be called once a piece. */
  nextOrigin(): PieceOrigin;
  close(): Promise<void>;
}

interface OpenFile extends FoundForm {
  file: RawFile;
}

/**
 * Opens raw files: all of them are there, and the first one's rows are of a known form.
 *
 * @throws Error naming the file that cannot be read or whose rows have other columns than the first one's.
 */
export async function openRawRows({
  paths,
  columns,
  member,
  maxIndRange,
  sampling,
  pieceSize,
  onProgress,
  onNote = () => undefined,
}: {
  paths: readonly string[];
  columns?: ColumnChoice | undefined;
  member?: string | undefined;
  maxIndRange?: number | undefined;
  sampling?: Sampling | undefined;
  pieceSize: number;
  /** Called with the number of bytes read, of all files, and their size. */
  onProgress?: ((done: number, total: number) => void) | undefined;
  /** Called with what the user should know of how the files are read. */
  onNote?: ((note: string) => void) | undefined;
}): Promise<RawRows> {
  const sizes = await Promise.all(paths.map(sizeOf));
  const size = sizes.reduce((sum, each) => sum + each, 0);
  const opened: OpenFile[] = [];
  const origins: PieceOrigin[] = [];
  let closed = 0;
  const closeUntil = async (end: number) => {
    while (closed < end) await opened[closed++]!.file.close();
  };

  const openNext = async (): Promise<OpenFile> => {
    const path = paths[opened.length]!;
    const file = await openRawFile(path, { member });
    opened.push({ file, form: firstForm!, headerBytes: 0, notes: [] });
    const found = findRowForm({ start: file.start, name: file.name, columns });
    for (const note of [...file.notes, ...found.notes]) onNote(note);
    if (firstForm) expectSameColumns(found.form, file.name, { form: firstForm, name: opened[0]!.file.name });
    return (opened[opened.length - 1] = { ...found, file });
  };
  let firstForm: RowForm | undefined;
  let first: OpenFile;
  try {
    first = await openNext();
    firstForm = first.form;
  } catch (error) {
    await closeUntil(opened.length);
    throw error;
  }

  async function* pieces(): AsyncGenerator<Lines> {
    let done = 0;
    let row = 0;
    for (let index = 0; index < paths.length; index++) {
      const { file, form, headerBytes } = index === 0 ? first : await openNext();
      const origin = { file: index, name: file.name, headerLines: headerBytes > 0 ? 1 : 0 };
      const lines = readLines({
        file,
        skip: headerBytes,
        asText: sampling !== undefined,
        pieceSize,
        onProgress: (read) => onProgress?.(done + read, Math.max(size, done + read)),
      });
      for await (const piece of lines) {
        origins.push(origin);
        const sampled = sampling && { ...sampling, firstRow: row };
        if ('text' in piece && sampling) row += linesOf(piece.text);
        yield { ...piece, form, maxIndRange, sampling: sampled };
      }
      done += sizes[index]!;
    }
  }

  return {
    form: first.form,
    size,
    pieces,
    nextOrigin() {
      const origin = origins.shift()!;
      // The threads have read all pieces of the files before.
      void closeUntil(origin.file);
      return origin;
    },
    close: () => closeUntil(opened.length),
  };
}

async function sizeOf(path: string): Promise<number> {
  if (path === standardInput) return 0;
  const source = await fileSource(path);
  await source.close();
  return source.size;
}

function linesOf(text: Uint8Array): number {
  let lines = 0;
  for (let at = 0; at < text.length; lines++) at = text.indexOf(0x0a, at) + 1 || text.length;
  return lines;
}

function expectSameColumns(form: RowForm, name: string, first: { form: RowForm; name: string }): void {
  const hasLabel = ({ label }: RowForm) => (label === undefined ? 'no label' : 'a label');
  if (hasLabel(form) !== hasLabel(first.form)) {
    throw new Error(
      `${name}: expected rows with ${hasLabel(first.form)}, as in ${first.name}, found ${hasLabel(form)}`,
    );
  }
  if (columnNames(form) !== columnNames(first.form)) {
    throw new Error(
      `${name}: expected the columns of ${first.name}, ${columnNames(first.form).slice(0, 60)}..., ` +
        `found ${columnNames(form).slice(0, 60)}...`,
    );
  }
}
