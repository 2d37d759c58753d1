import type { NetworkInput } from '../../engine.js';

/** A batch, or a part of one. */
export interface PartInput extends NetworkInput {
  /** (n, dim): the bottom MLP's output for `dense`, if already known. */
  bottomOutput?: Float32Array | undefined;
}

/** The examples of a batch from `start` to `end`: views of its arrays. */
export function partOfInput(input: PartInput, start: number, end: number): PartInput {
  const part = (values: Float32Array) => {
    const width = values.length / input.size;
    return values.subarray(start * width, end * width);
  };
  return {
    size: end - start,
    dense: part(input.dense),
    bottomOutput: input.bottomOutput && part(input.bottomOutput),
    ids: input.ids.subarray(start * input.tables.length, end * input.tables.length),
    tables: input.tables,
  };
}
