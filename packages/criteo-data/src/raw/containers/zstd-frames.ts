/** The magic number of a frame, and of those that hold no data: 0x184D2A50 to 0x184D2A5F. */
const frameMagic = 0xfd2fb528;
const firstSkippable = 0x184d2a50;
const lastSkippable = 0x184d2a5f;

/** Whether bytes start with a frame of Zstandard, with data or without. */
export function startsWithFrame(start: Uint8Array): boolean {
  if (start.length < 4) return false;
  const magic = new DataView(start.buffer, start.byteOffset).getUint32(0, true);
  return magic === frameMagic || isSkippable(magic);
}

/**
 * The frames of a Zstandard file (RFC 8878, section 3.1) that hold data; each is to be read to its end before the next. A file
 * may have several (`cat a.zst b.zst`, `pzstd`), but Node's decompressor stops after the first, and Node 22's does not notice
 * that a file is cut off.
 *
 * @throws Error, to the reader of the frames or of one of them, if the file ends inside a frame or goes on with something else
 */
export async function* zstdFrames(
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<AsyncIterable<Uint8Array>> {
  const input = new Input(bytes);
  try {
    while (await input.hasMore()) {
      const magic = await input.take(4);
      const kind = magic.readUInt32LE();
      if (isSkippable(kind)) {
        for (let left = (await input.take(4)).readUInt32LE(); left > 0;) {
          left -= (await input.take(Math.min(left, 1 << 16))).length;
        }
        continue;
      }
      if (kind !== frameMagic) throw new Error('expected another Zstandard frame or the end of the file');
      yield frameFrom(input, magic);
    }
  } finally {
    await input.close();
  }
}

async function* frameFrom(input: Input, magic: Buffer): AsyncGenerator<Uint8Array> {
  const descriptor = await input.take(1);
  const [flags] = descriptor as unknown as [number];
  const isSingleSegment = (flags & 0x20) !== 0;
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][flags >> 6]!;
  const dictionaryBytes = [0, 1, 2, 4][flags & 3]!;
  yield magic;
  yield descriptor;
  yield await input.take((isSingleSegment ? 0 : 1) + dictionaryBytes + sizeBytes);
  for (let isLast = false; !isLast;) {
    const header = await input.take(3);
    const fields = header.readUIntLE(0, 3);
    const isRepeated = ((fields >> 1) & 3) === 1;
    yield header;
    yield await input.take(isRepeated ? 1 : fields >> 3);
    isLast = (fields & 1) === 1;
  }
  if ((flags & 4) !== 0) yield await input.take(4); // the checksum
}

function isSkippable(magic: number): boolean {
  return magic >= firstSkippable && magic <= lastSkippable;
}

/** A stream of bytes from which a number of them is taken at a time. */
class Input {
  readonly #iterator: AsyncIterator<Uint8Array>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.#iterator = bytes[Symbol.asyncIterator]();
  }

  async hasMore(): Promise<boolean> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#iterator.next();
      if (done) return false;
      this.#rest = Buffer.from(value.buffer, value.byteOffset, value.length);
    }
    return true;
  }

  /** @throws Error if fewer bytes are left */
  async take(length: number): Promise<Buffer> {
    if (this.#rest.length >= length) return this.#cut(length);
    const pieces: Buffer[] = [];
    for (let missing = length; missing > 0;) {
      if (!(await this.hasMore())) throw new Error('unexpected end of file');
      const piece = this.#cut(Math.min(missing, this.#rest.length));
      pieces.push(piece);
      missing -= piece.length;
    }
    return Buffer.concat(pieces);
  }

  async close(): Promise<void> {
    await this.#iterator.return?.();
  }

  #cut(length: number): Buffer {
    const taken = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return taken;
  }
}
