import type { StateDict } from './state-dict.js';

/**
 * Fails before hours of work on weights that no training gives on purpose do.
 *
 * @throws Error naming the source, the first tensor with a value that is NaN or infinite, and the value's place in it.
 */
export function checkFinite(stateDict: StateDict, source: string): void {
  for (const [name, { data, shape }] of Object.entries(stateDict)) {
    for (let i = 0; i < data.length; i++) {
      if (Number.isFinite(data[i])) continue;
      throw new Error(
        `${source}: ${name}: expected finite values, found ${data[i]} at position ${i} of shape (${shape.join(', ')})`,
      );
    }
  }
}
