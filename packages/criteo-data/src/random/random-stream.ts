/**
 * A seeded generator of random numbers: xoshiro128** 1.1 (Blackman and Vigna, https://prng.di.unimi.it/),
 * initialised by a hash of the seed and the number of the stream. Streams of one seed are independent, so work that is
 * divided into parts gets the same numbers regardless of who does each part.
 */
export class RandomStream {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** `seed`: a whole number; `stream`: which of its streams (default 0). */
  constructor(seed: number, stream = 0) {
    let state = mix(seed >>> 0);
    for (const word of [Math.floor(seed / 2 ** 32) >>> 0, stream >>> 0, Math.floor(stream / 2 ** 32) >>> 0]) {
      state = mix((state + Math.imul(word, 0x85ebca6b) + 0x9e3779b9) >>> 0);
    }
    const next = () => mix((state = (state + 0x9e3779b9) >>> 0));
    this.#a = next();
    this.#b = next();
    this.#c = next();
    this.#d = next() | 1; // the state must not be all zeros
  }

  /** A whole number in [0, 2^32). */
  nextUint32(): number {
    const scrambled = Math.imul(rotateLeft(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotateLeft(this.#d, 11);
    return scrambled;
  }

  /** A number in [0, 1), of 32 random bits. */
  next(): number {
    return this.nextUint32() / 2 ** 32;
  }

  /** A uniform whole number in [0, limit); `limit` up to 2^32. */
  nextBelow(limit: number): number {
    // Numbers above the last multiple of the limit would favour small results.
    const last = 2 ** 32 - (2 ** 32 % limit);
    let value: number;
    do value = this.nextUint32();
    while (value >= last);
    return value % limit;
  }

  /** Uniform in [low, high). */
  uniform(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** A number of the standard normal distribution (Box and Muller, 1958). */
  nextNormal(): number {
    const radius = Math.sqrt(-2 * Math.log((this.nextUint32() + 1) / 2 ** 32));
    return radius * Math.cos(2 * Math.PI * this.next());
  }
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/** The finaliser of MurmurHash3 (Austin Appleby): every bit of the input changes half of the output. */
export function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
