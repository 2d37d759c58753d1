import type { FileHandle } from 'node:fs/promises';
import { crc32Combine } from '@ds/files';
import { openUnnamedFile, readFully } from '../unnamed-file.js';
import type { DeflatedPart, DeflatedParts } from './deflate-arrays.js';

interface SpooledPart extends DeflatedPart {
  position: number;
}

const readSize = 1 << 20;

/**
 * Deflated parts of arrays, set down in a temporary file as they come, piece by piece, since an npz has whole
 * arrays one after another.
 */
export class DeflatedSpool {
  readonly #file: FileHandle;
  /** By array, then by piece. */
  readonly #parts: SpooledPart[][] = [];
  #size = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** `path`: near which the temporary file goes. */
  static async create(path: string): Promise<DeflatedSpool> {
    return new DeflatedSpool(await openUnnamedFile(path));
  }

  /** Adds the parts that a piece has of the arrays from `firstArray` on. */
  async add(piece: number, firstArray: number, { parts, bytes }: DeflatedParts): Promise<void> {
    const start = this.#size;
    this.#size += bytes.length;
    let position = start;
    parts.forEach((part, i) => {
      (this.#parts[firstArray + i] ??= [])[piece] = { ...part, position };
      position += part.compressedSize;
    });
    for (let done = 0; done < bytes.length;) {
      done += (await this.#file.write(bytes, done, bytes.length - done, start + done)).bytesWritten;
    }
  }

  /** Length and CRC-32 of arrays one after another, when inflated, behind a `start` of which both are known. */
  totals(arrays: readonly number[], start: { size: number; crc: number }): { size: number; crc: number } {
    let { size, crc } = start;
    for (const part of this.#inOrder(arrays)) {
      size += part.size;
      crc = crc32Combine(crc, part.crc, part.size);
    }
    return { size, crc };
  }

  /** The deflated bytes of arrays one after another. */
  async *read(arrays: readonly number[]): AsyncGenerator<Uint8Array> {
    let wanted: SpooledPart[] = [];
    let size = 0;
    for (const part of this.#inOrder(arrays)) {
      wanted.push(part);
      size += part.compressedSize;
      if (size < readSize) continue;
      yield this.#readTogether(wanted, size);
      wanted = [];
      size = 0;
    }
    if (size > 0) yield this.#readTogether(wanted, size);
  }

  /** Frees the temporary file. */
  async close(): Promise<void> {
    await this.#file.close();
  }

  *#inOrder(arrays: readonly number[]): Generator<SpooledPart> {
    for (const array of arrays) yield* this.#parts[array]!;
  }

  async #readTogether(parts: readonly SpooledPart[], size: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(size);
    let filled = 0;
    await Promise.all(
      parts.map(({ position, compressedSize }) => {
        const target = bytes.subarray(filled, (filled += compressedSize));
        return readFully(this.#file, target, position);
      }),
    );
    return bytes;
  }
}
