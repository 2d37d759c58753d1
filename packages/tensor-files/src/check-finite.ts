import type { ModelState } from './state-dict.js';

/**
 * Fails before hours of work on weights that no training gives on purpose do.
 *
 * @throws Error naming the source, the first tensor with a value that is NaN or infinite, and the value's place in it.
 */
export function checkFinite(state: ModelState, source: string): void {
  const found = nonFiniteValue(state);
  if (found) throw new Error(`${source}: ${found}`);
}

/** Says where the first value is that is NaN or infinite, and what was expected; undefined where all are finite. */
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
