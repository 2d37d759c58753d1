import type { FileSource } from '@ds/files';
import type { ByteStream } from '../byte-stream.js';

/** What is to be opened. */
export interface Packed extends ByteStream {
  /** What errors call it. */
  name: string;
  /** The file itself, where it is one and not what another container holds. */
  source?: FileSource | undefined;
  /** The file to take from an archive, by its path inside or the last part of it. Default: the training rows. */
  member?: string | undefined;
}

/** What a container holds. */
export interface Unpacked {
  /** What errors call it. */
  name: string;
  bytes: AsyncIterable<Uint8Array>;
  /** What the user should know of the choice that was made. */
  note?: string | undefined;
}

/** A format that raw rows come in, or that they are mistaken for. */
export interface Container {
  /** The format's name, as errors call it. */
  id: string;
  /** Whether a file begins so. At least 512 bytes are looked at, where there are as many. */
  isStart(start: Uint8Array): boolean;
  /** @throws Error naming the file when it is damaged, or is one of those that are not read: what to do instead. */
  open(packed: Packed): Promise<Unpacked>;
}

/** Whether bytes begin with those of a text (latin1). */
export function startsWith(bytes: Uint8Array, text: string, at = 0): boolean {
  return Buffer.from(bytes.subarray(at, at + text.length)).toString('latin1') === text;
}
