/**
 * The arrays of models that are no longer used, for the next ones: to allocate and to collect the memory of a model takes
 * longer than to make it.
 */
export class SpareArrays {
  readonly #byLength = new Map<number, Float32Array[]>();

  /** An array of this length, with any values. */
  take(length: number): Float32Array {
    return this.#byLength.get(length)?.pop() ?? new Float32Array(length);
  }

  give(array: Float32Array): void {
    const spare = this.#byLength.get(array.length);
    if (spare) spare.push(array);
    else this.#byLength.set(array.length, [array]);
  }
}
