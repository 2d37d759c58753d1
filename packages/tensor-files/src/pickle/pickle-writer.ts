/** Writes a pickle of protocol 2, one value after another; supports only what tensors need. */
export class PickleWriter {
  readonly #pieces: Uint8Array[] = [Uint8Array.of(0x80, 2)];

  /** The bytes of the pickle, whose result is the last value. */
  finish(): Uint8Array {
    return Buffer.concat([...this.#pieces, Uint8Array.of(0x2e)]);
  }

  string(value: string): void {
    const text = new TextEncoder().encode(value);
    const head = Buffer.alloc(5);
    head[0] = 0x58;
    head.writeUInt32LE(text.length, 1);
    this.#pieces.push(head, text);
  }

  /** A whole number of at least 0. */
  integer(value: number): void {
    if (value < 2 ** 31) {
      const bytes = Buffer.alloc(5);
      bytes[0] = 0x4a;
      bytes.writeInt32LE(value, 1);
      this.#pieces.push(bytes);
    } else {
      const bytes = Buffer.alloc(10);
      bytes.set([0x8a, 8]);
      bytes.writeBigInt64LE(BigInt(value), 2);
      this.#pieces.push(bytes);
    }
  }

  boolean(value: boolean): void {
    this.#opcode(value ? 0x88 : 0x89);
  }

  tuple(values: readonly (() => void)[]): void {
    this.#opcode(0x28);
    for (const write of values) write();
    this.#opcode(0x74);
  }

  global(module: string, name: string): void {
    this.#pieces.push(new TextEncoder().encode(`c${module}\n${name}\n`));
  }

  /** The result of a global for the arguments, which `args` writes as one tuple. */
  call(module: string, name: string, args: () => void): void {
    this.global(module, name);
    args();
    this.#opcode(0x52);
  }

  /** Keys and values of the dict written last; `write` writes both. */
  items<Item>(items: readonly Item[], write: (item: Item) => void): void {
    this.#opcode(0x28);
    for (const item of items) write(item);
    this.#opcode(0x75);
  }

  /** Sets attributes of the object written last, each a dict of texts. */
  attributes(attributes: Readonly<Record<string, Readonly<Record<string, string>>>>): void {
    const dict = <Value>(entries: Readonly<Record<string, Value>>, write: (value: Value) => void) => {
      this.#opcode(0x7d);
      this.items(Object.entries(entries), ([key, value]) => {
        this.string(key);
        write(value);
      });
    };
    dict(attributes, (texts) => dict(texts, (text) => this.string(text)));
    this.#opcode(0x62);
  }

  /** The object for the id that `id` writes. */
  persistent(id: () => void): void {
    id();
    this.#opcode(0x51);
  }

  #opcode(code: number): void {
    this.#pieces.push(Uint8Array.of(code));
  }
}
