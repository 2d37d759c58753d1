import type { ModelState } from '@ds/dlrm';

/** What to tell of a model whose scores are no numbers: its first tensor that has such a value. */
export function nonFiniteModel(path: string, state: ModelState): string {
  for (const [name, tensor] of Object.entries(state)) {
    const values = 'data' in tensor ? tensor.data : tensor.toDense();
    const position = values.findIndex((value) => !Number.isFinite(value));
    if (position >= 0) {
      return `${path}: ${name}: expected finite values, found ${values[position]} at position ${position}`;
    }
  }
  return `${path}: expected finite scores, found others, though all its values are finite`;
}
