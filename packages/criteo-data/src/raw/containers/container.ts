import type { FileSource } from '@ds/files';
import type { ByteStream } from '../byte-stream.js';

/** Packed bytes to open. */
export interface Packed extends ByteStream {
  /** Its name in errors. */
  name: string;
  /** The file itself, unless the bytes come from another container. */
  source?: FileSource | undefined;
  /** The file to read from an archive, by its path inside or its last part. Default: the training rows. */
  member?: string | undefined;
}

/** What a container holds. */
export interface Unpacked {
  /** What errors call it. */
  name: string;
  bytes: AsyncIterable<Uint8Array>;
  /** A note for the user on the choice. */
  note?: string | undefined;
}

/** A container format of raw rows, or a format that may be mistaken for one. */
export interface Container {
  /** The format's name in errors. */
  id: string;
  /** Whether a file starts like this format. Gets at least 512 bytes, if there are as many. */
  isStart(start: Uint8Array): boolean;
  /** @throws Error naming the file, if it is damaged or not supported (with what to do instead). */
  open(packed: Packed): Promise<Unpacked>;
}

/** Whether bytes start with those of a text (latin1). */
export function startsWith(bytes: Uint8Array, text: string, at = 0): boolean {
  return Buffer.from(bytes.subarray(at, at + text.length)).toString('latin1') === text;
}
