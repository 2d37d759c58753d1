/** A block to be deflated, and all that its deflated bytes depend on. */
export interface Block {
  input: Uint8Array;
  /** What stands before it, where matches are looked for there. */
  dictionary: Uint8Array | undefined;
  /** zlib's level and strategy. */
  level: number;
  strategy: number;
  isLast: boolean;
}

/**
 * Blocks that were deflated before, for streams that end alike: each block that begins at `from` or later is kept, and
 * taken where the same one comes at the same place of another stream. Blocks are compared, which costs next to nothing
 * there; to know them by a hash wherever they come would cost a hash of all others, as much time as is gained.
 */
export class KnownBlocks {
  readonly #from: number;
  readonly #blocks = new Map<string, { block: Block; output: Uint8Array }>();

  /** `from`: a position in bytes. */
  constructor(from: number) {
    this.#from = from;
  }

  /** What `deflate` gives for the block at `position`; it is asked only where that is not known. */
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

/** The same in memory of its own, as the arrays may change or be views of large ones. */
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
