import type { FileHandle } from 'node:fs/promises';
import { crc32Combine } from '@ds/files';
import { openUnnamedFile, readFully } from '../../unnamed-file.js';
import type { DeflatedPart, DeflatedParts } from './deflate-arrays.js';

interface SpooledPart extends DeflatedPart {
  /** Its bytes, or their position in the file. */
  place: Uint8Array | number;
}

/** A part in the file of a spool. */
export interface WrittenPart extends DeflatedPart {
  /** Its position in the file. */
  place: number;
}

const readSize = 1 << 20;

/**
 * A buffer for deflated parts of arrays, which arrive piece by piece while an npz needs whole arrays one after another. The
 * first parts are kept in memory, the others in a temporary file.
 */
export class DeflatedSpool {
  readonly #file: FileHandle;
  readonly #mostKept: number;
  /** By array, then by piece. */
  readonly #parts: SpooledPart[][] = [];
  #kept = 0;
  #written = 0;

  private constructor(file: FileHandle, mostKept: number) {
    this.#file = file;
    this.#mostKept = mostKept;
  }

  /**
   * `path`: the temporary file is created next to it. `mostKept`: bytes to keep in memory; default 32 MiB, about half a
   * million rows.
   */
  static async create(
    path: string,
    { mostKept = 1 << 25 }: { mostKept?: number } = {},
  ): Promise<DeflatedSpool> {
    return new DeflatedSpool(await openUnnamedFile(path), mostKept);
  }

  /**
   * Continues the spool in a file, with nothing in memory.
   *
   * @param file open for reading and writing; closed by the spool
   */
  static continued(
    file: FileHandle,
    {
      written,
      pieces,
    }: {
      /** Bytes of the file. */
      written: number;
      /** The parts of each piece in it, by array. */
      pieces: readonly (readonly WrittenPart[])[];
    },
  ): DeflatedSpool {
    const spool = new DeflatedSpool(file, 0);
    spool.#written = written;
    pieces.forEach((parts, piece) =>
      parts.forEach((part, array) => ((spool.#parts[array] ??= [])[piece] = part)),
    );
    return spool;
  }

  /** Adds the parts of a piece for the arrays from `firstArray` on. */
  async add(piece: number, firstArray: number, { parts, bytes }: DeflatedParts): Promise<void> {
    const isKept = this.#kept + bytes.length <= this.#mostKept;
    if (isKept) this.#kept += bytes.length;
    const start = isKept ? 0 : this.#reserve(bytes.length);
    let position = 0;
    parts.forEach((part, i) => {
      const end = position + part.compressedSize;
      const place = isKept ? bytes.subarray(position, end) : start + position;
      (this.#parts[firstArray + i] ??= [])[piece] = { ...part, place };
      position = end;
    });
    if (!isKept) await this.#write(bytes, start);
  }

  /** Adds other bytes to the file, and returns their position. */
  async append(bytes: Uint8Array): Promise<number> {
    const start = this.#reserve(bytes.length);
    await this.#write(bytes, start);
    return start;
  }

  /** The parts of a piece, by array, in a spool that keeps nothing in memory. */
  partsOf(piece: number): WrittenPart[] {
    return this.#parts.map((ofArray) => {
      const { place, ...part } = ofArray[piece]!;
      if (typeof place !== 'number') throw new Error(`piece ${piece} is in memory`);
      return { ...part, place };
    });
  }

  /** Makes sure that what is written is on the disk. */
  sync(): Promise<void> {
    return this.#file.datasync();
  }

  /** Length and CRC-32 of the inflated concatenation of arrays, after a `start` of known length and CRC-32. */
  totals(arrays: readonly number[], start: { size: number; crc: number }): { size: number; crc: number } {
    let { size, crc } = start;
    for (const part of this.#inOrder(arrays)) {
      size += part.size;
      crc = crc32Combine(crc, part.crc, part.size);
    }
    return { size, crc };
  }

  /** The deflated bytes of concatenated arrays. */
  async *read(arrays: readonly number[]): AsyncGenerator<Uint8Array> {
    let wanted: SpooledPart[] = [];
    let size = 0;
    for (const part of this.#inOrder(arrays)) {
      wanted.push(part);
      size += part.compressedSize;
      if (size < readSize) continue;
      yield* await this.#readTogether(wanted);
      wanted = [];
      size = 0;
    }
    yield* await this.#readTogether(wanted);
  }

  /** Frees the temporary file. */
  async close(): Promise<void> {
    await this.#file.close();
  }

  #reserve(bytes: number): number {
    const start = this.#written;
    this.#written += bytes;
    return start;
  }

  async #write(bytes: Uint8Array, start: number): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      done += (await this.#file.write(bytes, done, bytes.length - done, start + done)).bytesWritten;
    }
  }

  *#inOrder(arrays: readonly number[]): Generator<SpooledPart> {
    for (const array of arrays) yield* this.#parts[array]!;
  }

  #readTogether(parts: readonly SpooledPart[]): Promise<Uint8Array[]> {
    return Promise.all(
      parts.map(async ({ place, compressedSize }) => {
        if (typeof place !== 'number') return place;
        const bytes = new Uint8Array(compressedSize);
        await readFully(this.#file, bytes, place);
        return bytes;
      }),
    );
  }
}
