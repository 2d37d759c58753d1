import { nanKey } from './ranking/block-keys.js';
import { kernelOn, reservedBytes } from '../kernel.js';
import type { KeySource } from './ranking/key-source.js';
import type { RankedBins } from './ranking/rank-by-digits.js';

/** The keys that are undecided after ranking by bins. */
export interface ListedKeys {
  /** The number of the bin (8 bits), the key's lower bits (16) and zeros (8): to be ranked by bins again. */
  keys: Int32Array<ArrayBuffer>;
  /** The index of each among the keys that were read, ascending. */
  places: Uint32Array<ArrayBuffer>;
}

/** Functions of ../assembly, described there; all arguments are addresses or numbers. */
interface KernelFunctions {
  squareValues(values: number, blocks: number): void;
  meansOfFour(values: number, blocks: number): void;
  meansOfFourSquares(values: number, blocks: number): void;
  countKeys(keys: number, count: number, sizes: number): void;
  rankKeys(
    keys: number,
    count: number,
    first: number,
    rankOfBin: number,
    onlyBin: number,
    ranks: number,
    places: number,
    rests: number,
  ): number;
  maskRanks(ranks: number, count: number, rank: number, mask: number): void;
  maskRanksOfFour(ranks: number, count: number, rank: number, mask: number): void;
  pruneRanks(ranks: number, count: number, rank: number, values: number): void;
  pruneRanksOfFour(ranks: number, count: number, rank: number, values: number): void;
}

/** The number of bins: a key's bin is the upper half of its bits; all NaN are in the last bin. */
const keyBins = (nanKey >>> 16) + 1;
// In the kernel, NaN take up further bins.
const kernelBins = 1 << 15;

// Values are copied to the kernel's memory in pieces that fit into the CPU's caches.
const pieceValues = 1 << 14;

/** The loops of a selection over all values, in WebAssembly with its own memory. */
export class SelectionKernel {
  readonly #kernel: KernelFunctions;
  readonly #keys: Int32Array;
  readonly #ranks: Uint8Array;
  readonly #places: Uint32Array;
  readonly #rests: Int32Array;
  readonly #mask: Uint8Array;
  readonly #sizes: Uint32Array;
  readonly #rankOfBin: Uint8Array;

  /** @throws Error where WebAssembly is absent or not allowed. */
  constructor() {
    const memory = new WebAssembly.Memory({ initial: 8 });
    this.#kernel = kernelOn<KernelFunctions>(memory);
    let end = reservedBytes;
    const take = (bytes: number) => (end += bytes) - bytes;
    this.#keys = new Int32Array(memory.buffer, take(4 * pieceValues), pieceValues);
    this.#ranks = new Uint8Array(memory.buffer, take(pieceValues), pieceValues);
    this.#places = new Uint32Array(memory.buffer, take(4 * pieceValues), pieceValues);
    this.#rests = new Int32Array(memory.buffer, take(4 * pieceValues), pieceValues);
    this.#mask = new Uint8Array(memory.buffer, take(4 * pieceValues), 4 * pieceValues);
    this.#sizes = new Uint32Array(memory.buffer, take(4 * kernelBins), kernelBins);
    this.#rankOfBin = new Uint8Array(memory.buffer, take(kernelBins), kernelBins);
  }

  /** The number of keys in each bin. */
  countKeys(source: KeySource): Uint32Array<ArrayBuffer> {
    this.#sizes.fill(0);
    this.#forEachPiece(source, (count) =>
      this.#kernel.countKeys(this.#keys.byteOffset, count, this.#sizes.byteOffset),
    );
    const sizes = this.#sizes.slice(0, keyBins);
    for (let bin = keyBins; bin < kernelBins; bin++) sizes[keyBins - 1]! += this.#sizes[bin]!;
    return sizes;
  }

  /** The keys, (ranks); a view of the source if it contains them. */
  keysOf(source: KeySource): Int32Array {
    if (!source.toKeys) return source.bits;
    const keys = new Int32Array(source.bits.length / source.bitsPerKey);
    this.#forEachPiece(source, (count, first) => keys.set(this.#keys.subarray(0, count), first));
    return keys;
  }

  /** Writes the rank of each key's bin, and lists the undecided keys unless told not to. */
  rankKeys(
    source: KeySource,
    bins: RankedBins,
    ranks: Uint8Array,
    { listUndecided = true }: { listUndecided?: boolean } = {},
  ): ListedKeys {
    this.#rankOfBin.set(bins.ranks);
    this.#rankOfBin.fill(bins.ranks[keyBins - 1]!, keyBins);
    // A part of a table has at most as many undecided keys as the whole.
    const most = listUndecided ? Math.min(bins.undecidedKeys, ranks.length) : 0;
    const keys = new Int32Array(most);
    const places = new Uint32Array(most);
    let listed = 0;
    this.#forEachPiece(source, (count, first) => {
      const found = this.#kernel.rankKeys(
        this.#keys.byteOffset,
        count,
        first,
        this.#rankOfBin.byteOffset,
        bins.onlyBin,
        this.#ranks.byteOffset,
        this.#places.byteOffset,
        this.#rests.byteOffset,
      );
      ranks.set(this.#ranks.subarray(0, count), first);
      if (!listUndecided) return;
      keys.set(this.#rests.subarray(0, found), listed);
      places.set(this.#places.subarray(0, found), listed);
      listed += found;
    });
    return { keys: keys.subarray(0, listed), places: places.subarray(0, listed) };
  }

  /** Writes the mask of blocks of one or four adjacent values: 1 if a block's rank (at most 127) is above `rank`, else 0. */
  writeMask(ranks: Uint8Array, rank: number, mask: Uint8Array, width: 1 | 4): void {
    const maskRanks = width === 1 ? this.#kernel.maskRanks : this.#kernel.maskRanksOfFour;
    for (let first = 0; first < ranks.length; first += pieceValues) {
      const piece = ranks.subarray(first, first + pieceValues);
      this.#ranks.set(piece);
      maskRanks(this.#ranks.byteOffset, piece.length, rank, this.#mask.byteOffset);
      mask.set(this.#mask.subarray(0, piece.length * width), first * width);
    }
  }

  /** Zeroes the values of the blocks of one or four adjacent values whose rank (at most 127) is at most `rank`. */
  prune(ranks: Uint8Array, rank: number, values: Float32Array, width: 1 | 4): void {
    const pruneRanks = width === 1 ? this.#kernel.pruneRanks : this.#kernel.pruneRanksOfFour;
    const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
    for (let first = 0; first < bits.length; first += pieceValues) {
      const piece = bits.subarray(first, first + pieceValues);
      const ofPiece = ranks.subarray(first / width, Math.ceil((first + piece.length) / width));
      this.#ranks.set(ofPiece);
      this.#keys.set(piece);
      pruneRanks(this.#ranks.byteOffset, ofPiece.length, rank, this.#keys.byteOffset);
      piece.set(this.#keys.subarray(0, piece.length));
    }
  }

  /** Calls `visit` for each piece with the number of keys in `#keys` and the index of the first one. */
  #forEachPiece(
    { bits, bitsPerKey, toKeys }: KeySource,
    visit: (count: number, first: number) => void,
  ): void {
    for (let first = 0; first < bits.length; first += pieceValues) {
      const piece = bits.subarray(first, first + pieceValues);
      this.#keys.set(piece);
      const count = piece.length / bitsPerKey;
      if (toKeys) this.#kernel[toKeys](this.#keys.byteOffset, count);
      visit(count, first / bitsPerKey);
    }
  }
}

const isLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;
let ofThread: SelectionKernel | undefined;

/** The kernel of this thread; undefined if WebAssembly is missing or not allowed. */
export function selectionKernel(): SelectionKernel | undefined {
  if (!isLittleEndian) return undefined;
  try {
    return (ofThread ??= new SelectionKernel());
  } catch {
    return undefined;
  }
}
