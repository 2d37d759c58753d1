/** The maximum number of ids: the kernel relies on three zero bytes in their float64. The slots then take 8 GiB. */
const mostValues = 2 ** 29;

/**
 * Numbers distinct 32-bit values by first appearance: 0, 1, 2... A hash table with open addressing and linear probing over
 * one typed array, 8 bytes per slot, because a Map of ten million numbers takes many times that.
 */
export class IdDictionary {
  // Pairs of value and id + 1; an id of 0 marks a free slot.
  #slots = new Int32Array(2 * 64);
  #shift = 32 - 6;
  #size = 0;

  /** Number of distinct values so far. */
  get size(): number {
    return this.#size;
  }

  /** The id of a value, a new one if the value is new. Throws if there are more than 2^29. */
  idOf(value: number): number {
    const slots = this.#slots;
    const last = slots.length - 2;
    // Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4): the upper bits are the mixed ones.
    let slot = (Math.imul(value, 0x9e3779b1) >>> this.#shift) << 1;
    for (;;) {
      const id = slots[slot + 1]!;
      if (id === 0) break;
      if (slots[slot] === value) return id - 1;
      slot = slot === last ? 0 : slot + 2;
    }
    slots[slot] = value;
    slots[slot + 1] = ++this.#size;
    if (this.#size * 4 > slots.length) this.#grow();
    return this.#size - 1;
  }

  /** The id of a known value; -1 for any other. */
  find(value: number): number {
    const slots = this.#slots;
    const last = slots.length - 2;
    let slot = (Math.imul(value, 0x9e3779b1) >>> this.#shift) << 1;
    for (;;) {
      const id = slots[slot + 1]!;
      if (id === 0 || slots[slot] === value) return id - 1;
      slot = slot === last ? 0 : slot + 2;
    }
  }

  /** The values in the order of their ids. */
  values(): Int32Array<ArrayBuffer> {
    const slots = this.#slots;
    const values = new Int32Array(this.#size);
    for (let slot = 0; slot < slots.length; slot += 2) {
      const id = slots[slot + 1]!;
      if (id !== 0) values[id - 1] = slots[slot]!;
    }
    return values;
  }

  /** Replaces values by their ids. */
  replaceByIds(values: Int32Array): void {
    for (let i = 0; i < values.length; i++) values[i] = this.idOf(values[i]!);
  }

  #grow(): void {
    const old = this.#slots;
    if (this.#size >= mostValues) throw new Error(`a column has more than ${mostValues} distinct categories`);
    const slots = new Int32Array(2 * old.length);
    const last = slots.length - 2;
    this.#shift--;
    for (let from = 0; from < old.length; from += 2) {
      if (old[from + 1] === 0) continue;
      let slot = (Math.imul(old[from]!, 0x9e3779b1) >>> this.#shift) << 1;
      while (slots[slot + 1] !== 0) slot = slot === last ? 0 : slot + 2;
      slots[slot] = old[from]!;
      slots[slot + 1] = old[from + 1]!;
    }
    this.#slots = slots;
  }
}
