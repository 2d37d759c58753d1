// Places in the control words.
const gathered = 0;
const claimed = 1;
const computing = 2;
const controlBytes = 64;
const abandoned = -1;

/** What two threads must agree on about a batch in shared memory; plain data. */
export interface StagedBatchShape {
  /** Examples n. */
  size: number;
  /** Examples of a part; the last part has the rest. */
  partSize: number;
  /** Values of an example that enter the bottom MLP, or that it gave. */
  inputWidth: number;
  /** Values of an example's rows: tables x dim. */
  rowsWidth: number;
}

/**
 * A batch in memory that threads share, cut into parts: one thread puts the parts in, in order, others claim those that
 * are there and write their probabilities. Nobody waits for a message between two parts.
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

  /** @param buffer `byteLength` bytes or more; whatever is left in it from an earlier batch */
  constructor(shape: StagedBatchShape, buffer: SharedArrayBuffer) {
    const { size, inputWidth, rowsWidth } = shape;
    this.#shape = shape;
    this.#control = new Int32Array(buffer, 0, 3);
    this.#rows = new Float32Array(buffer, controlBytes, size * rowsWidth);
    this.#input = new Float32Array(buffer, controlBytes + this.#rows.byteLength, size * inputWidth);
    this.#probabilities = new Float32Array(buffer, this.#input.byteOffset + this.#input.byteLength, size);
  }

  /** Forgets what an earlier batch left: called once, before any of `threads` threads claims. */
  begin(threads: number): void {
    this.#control.fill(0);
    this.#control[computing] = threads;
  }

  get parts(): number {
    return Math.ceil(this.#shape.size / this.#shape.partSize);
  }

  /** The examples of a part: from `start`, `count` of them. */
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

  /** (tables, count, dim) */
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

  /** The next part is in place. */
  publish(): void {
    const there = Atomics.load(this.#control, gathered);
    // Not where a thread has abandoned the batch meanwhile.
    if (there !== abandoned) Atomics.compareExchange(this.#control, gathered, there, there + 1);
    Atomics.notify(this.#control, gathered);
  }

  /** No more parts are claimed, neither those that are in place nor those that would come. */
  abandon(): void {
    Atomics.store(this.#control, gathered, abandoned);
    Atomics.notify(this.#control, gathered);
  }

  /** A part that nobody else has, once it is in place; the thread is blocked until then. Undefined when there are no more. */
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

  /** A thread claims no more: called once by each. */
  leave(): void {
    Atomics.sub(this.#control, computing, 1);
    Atomics.notify(this.#control, computing);
  }

  /** Blocks this thread until all have left, but no longer than `milliseconds`. */
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
