/** A block to be deflated, and everything that its deflated bytes depend on. */
export interface Block {
  input: Uint8Array;
  /** The bytes before it, if they are searched for matches. */
  dictionary: Uint8Array | undefined;
  /** zlib's level and strategy. */
  level: number;
  strategy: number;
  isLast: boolean;
}

/**
 * A cache of deflated blocks, for streams with a common end. Each block that starts at `from` or later is kept, and
 * reused if the same block comes at the same position of another stream. Comparing the blocks at one position is
 * cheap; finding them by hash at any position would mean hashing all blocks, which costs as much time as it saves.
 */
export class KnownBlocks {
  readonly #from: number;
  readonly #blocks = new Map<string, { block: Block; output: Uint8Array }>();

  /** `from`: a position in bytes. */
  constructor(from: number) {
    this.#from = from;
  }

  /** The result of `deflate` for the block at `position`; `deflate` is called only if it is not known. */
  async take(position: number, block: Block, deflate: () => Promise<Uint8Array>): Promise<Uint8Array> {
    if (position < this.#from) return deflate();
    const place = `${position} ${block.level} ${block.strategy}`;
    const known = this.#blocks.get(place);
    if (known && areEqual(known.block, block)) return known.output;
    const output = await deflate();
    this.#blocks.set(place, { block: copyOf(block), output });
    return output;
  }
}

/** A copy in its own memory, because the arrays may change or be views of large ones. */
function copyOf({ input, dictionary, ...rest }: Block): Block {
  return { ...rest, input: new Uint8Array(input), dictionary: dictionary && new Uint8Array(dictionary) };
}

function areEqual(block: Block, other: Block): boolean {
  const bytesOf = (bytes: Uint8Array = new Uint8Array()) =>
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return (
    block.isLast === other.isLast &&
    bytesOf(block.input).equals(other.input) &&
    bytesOf(block.dictionary).equals(bytesOf(other.dictionary))
  );
}
