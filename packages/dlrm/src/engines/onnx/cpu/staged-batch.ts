// Indices of the control words.
const gathered = 0;
const claimed = 1;
const computing = 2;
const controlBytes = 64;
const abandoned = -1;

/** The most examples of a part: its vectors and activations fit into the second-level cache of one core. */
export const largestPart = 512;

/** The layout of a batch in shared memory, as plain data that threads exchange. */
export interface StagedBatchShape {
  /** Examples n. */
  size: number;
  /** Examples per part; the last part may have fewer. */
  partSize: number;
  /** Values per example in the input or the output of the bottom MLP. */
  inputWidth: number;
  /** Values per example in its rows: used tables x dim. */
  rowsWidth: number;
}

/**
 * A batch in shared memory, divided into parts. One thread publishes the parts in order; the others claim published parts
 * and write their probabilities. No thread waits for a message between two parts.
 */
export class StagedBatch {
  readonly #shape: StagedBatchShape;
  readonly #control: Int32Array;
  readonly #input: Float32Array;
  readonly #rows: Float32Array;
  readonly #probabilities: Float32Array;

  /** Bytes of memory that a batch takes. */
  static byteLength({ size, inputWidth, rowsWidth }: StagedBatchShape): number {
    return controlBytes + 4 * size * (inputWidth + rowsWidth + 1);
  }

  /** @param buffer at least `byteLength` bytes, with any contents */
  constructor(shape: StagedBatchShape, buffer: SharedArrayBuffer) {
    const { size, inputWidth, rowsWidth } = shape;
    this.#shape = shape;
    this.#control = new Int32Array(buffer, 0, 3);
    this.#rows = new Float32Array(buffer, controlBytes, size * rowsWidth);
    this.#input = new Float32Array(buffer, controlBytes + this.#rows.byteLength, size * inputWidth);
    this.#probabilities = new Float32Array(buffer, this.#input.byteOffset + this.#input.byteLength, size);
  }

  /** Resets the control words; called once, before any of `threads` threads claims a part. */
  begin(threads: number): void {
    this.#control.fill(0);
    this.#control[computing] = threads;
  }

  get parts(): number {
    return Math.ceil(this.#shape.size / this.#shape.partSize);
  }

  /** The examples of a part: `count` examples from `start` on. */
  extent(part: number): { start: number; count: number } {
    const { size, partSize } = this.#shape;
    const start = part * partSize;
    return { start, count: Math.min(partSize, size - start) };
  }

  /** (size, inputWidth) */
  get input(): Float32Array {
    return this.#input;
  }

  /** (count, inputWidth) */
  inputOf(part: number): Float32Array {
    return this.#of(part, this.#input, this.#shape.inputWidth);
  }

  /** (used tables, count, dim) */
  rowsOf(part: number): Float32Array {
    return this.#of(part, this.#rows, this.#shape.rowsWidth);
  }

  /** (count) */
  probabilitiesOf(part: number): Float32Array {
    return this.#of(part, this.#probabilities, 1);
  }

  /** (size) */
  get probabilities(): Float32Array {
    return this.#probabilities;
  }

  /** Announces that the next part is ready. */
  publish(): void {
    const there = Atomics.load(this.#control, gathered);
    // Has no effect if a thread has abandoned the batch meanwhile.
    if (there !== abandoned) Atomics.compareExchange(this.#control, gathered, there, there + 1);
    Atomics.notify(this.#control, gathered);
  }

  /** Makes `claim` return no more parts, neither published nor later ones. */
  abandon(): void {
    Atomics.store(this.#control, gathered, abandoned);
    Atomics.notify(this.#control, gathered);
  }

  /** Claims the next part; blocks until it is published. Undefined if there are no more. */
  claim(): number | undefined {
    const part = Atomics.add(this.#control, claimed, 1);
    if (part >= this.parts) return undefined;
    for (;;) {
      const there = Atomics.load(this.#control, gathered);
      if (there === abandoned) return undefined;
      if (there > part) return part;
      Atomics.wait(this.#control, gathered, there);
    }
  }

  /** Announces that a thread claims no more parts; each thread calls it once. */
  leave(): void {
    Atomics.sub(this.#control, computing, 1);
    Atomics.notify(this.#control, computing);
  }

  /** Blocks this thread until all threads have left, for at most `milliseconds`. */
  waitUntilLeft(milliseconds: number): void {
    const last = performance.now() + milliseconds;
    for (;;) {
      const left = Atomics.load(this.#control, computing);
      if (left === 0 || performance.now() >= last) return;
      Atomics.wait(this.#control, computing, left, last - performance.now());
    }
  }

  #of(part: number, values: Float32Array, width: number): Float32Array {
    const { start, count } = this.extent(part);
    return values.subarray(start * width, (start + count) * width);
  }
}
