import { createHash } from 'node:crypto';

/**
 * Blocks of deflate streams that were compressed before, for archives that repeat each other's content: the same
 * bytes after the same dictionary are compressed once. What was not used for longest goes first.
 *
 * A block is known by its SHA-256, which takes a fortieth of the time of deflating it.
 */
export class DeflatedBlocks {
  readonly #outputs = new Map<string, Uint8Array>();
  readonly #mostBytes: number;
  #bytes = 0;

  /** `mostBytes`: how much compressed output is kept; default 32 MiB. */
  constructor({ mostBytes = 1 << 25 }: { mostBytes?: number } = {}) {
    this.#mostBytes = mostBytes;
  }

  /** Bytes of compressed output that are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * The output of an earlier call with equal `parts` and `settings`, else that of `deflate`.
   *
   * @param parts What `deflate` reads, in order; read now, so they may change afterwards.
   * @param settings Whatever else its output depends on.
   */
  async reuse(
    parts: readonly Uint8Array[],
    settings: string,
    deflate: () => Promise<Uint8Array>,
  ): Promise<Uint8Array> {
    const hash = createHash('sha256').update(settings);
    for (const part of parts) hash.update(`/${part.length}/`).update(part);
    const key = hash.digest('base64');
    const earlier = this.#outputs.get(key);
    // A copy, for zlib's own output may lie in a much longer buffer.
    const output = earlier ?? new Uint8Array(await deflate());
    this.#keep(key, output);
    return output;
  }

  #keep(key: string, output: Uint8Array): void {
    this.#forget(key);
    this.#outputs.set(key, output);
    this.#bytes += output.length;
    for (const oldest of this.#outputs.keys()) {
      if (this.#bytes <= this.#mostBytes) return;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    this.#bytes -= this.#outputs.get(key)?.length ?? 0;
    this.#outputs.delete(key);
  }
}
