import { isUtf8 } from 'node:buffer';

/** Reads the arguments of a pickle's opcodes; each length is checked against the remaining bytes. */
export class PickleReader {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  error(message: string): Error {
    return new Error(`the pickle cannot be read at byte ${this.#position}: ${message}`);
  }

  checkProtocol(protocol: number): void {
    if (protocol < 2 || protocol > 5) throw this.error(`expected protocol 2 to 5, found ${protocol}`);
  }

  checkLeft(length: number): void {
    const left = this.#bytes.length - this.#position;
    if (length > left) throw this.error(`expected ${length} more bytes, found ${left}`);
  }

  byte(): number {
    return this.#view.getUint8(this.#skip(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#skip(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#skip(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#skip(4), true);
  }

  /** As a number; lengths above 2^53 are far beyond the end of any pickle anyway. */
  uint64(): number {
    return Number(this.#view.getBigUint64(this.#skip(8), true));
  }

  float64(): number {
    return this.#view.getFloat64(this.#skip(8));
  }

  /** A signed little-endian integer of any length up to 64 bytes. */
  long(length: number): number | bigint {
    if (length < 0 || length > 64)
      throw this.error(`expected an integer of at most 64 bytes, found ${length}`);
    let value = 0n;
    for (const byte of this.bytes(length).reverse()) value = (value << 8n) | BigInt(byte);
    if (length > 0) value = BigInt.asIntN(8 * length, value);
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }

  /** A copy, so that the result does not keep the whole pickle in memory. */
  bytes(length: number): Uint8Array {
    this.checkLeft(length);
    return Uint8Array.prototype.slice.call(this.#bytes, this.#position, (this.#position += length));
  }

  utf8(length: number): string {
    this.checkLeft(length);
    const start = this.#position;
    const text = this.#bytes.toString('utf8', start, start + length);
    // Like Python, which refuses text that is not UTF-8; replaced characters would be another name.
    if (text.includes('\ufffd') && !isUtf8(this.#bytes.subarray(start, start + length))) {
      throw this.error('expected a text in UTF-8');
    }
    this.#position += length;
    return text;
  }

  latin1(length: number): string {
    this.checkLeft(length);
    return this.#bytes.toString('latin1', this.#position, (this.#position += length));
  }

  /** Text up to and including a line break, which is not returned. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#position);
    if (end < 0) throw this.error('a line has no end');
    const text = this.utf8(end - this.#position);
    this.#position++;
    return text;
  }

  #skip(length: number): number {
    this.checkLeft(length);
    const at = this.#position;
    this.#position += length;
    return at;
  }
}
