import type { ModelState } from '../state-dict.js';

/**
 * Fails before hours of work on weights that cannot be intended.
 *
 * @throws Error naming the source, the first tensor with a value that is NaN or infinite, and the value's position.
 */
export function checkFinite(state: ModelState, source: string): void {
  const found = nonFiniteValue(state);
  if (found) throw new Error(`${source}: ${found}`);
}

/** Describes the first value that is NaN or infinite; undefined if all are finite. */
export function nonFiniteValue(state: ModelState): string | undefined {
  for (const [name, tensor] of Object.entries(state)) {
    const { data, shape } =
      'data' in tensor ? tensor : { data: tensor.toDense(), shape: [tensor.rows, tensor.dim] };
    for (let i = 0; i < data.length; i++) {
      if (Number.isFinite(data[i])) continue;
      return `${name}: expected finite values, found ${data[i]} at position ${i} of shape (${shape.join(', ')})`;
    }
  }
  return undefined;
}
