import { elementSizes } from './read-safetensors-header.js';
import type { SafetensorsInput } from './write-safetensors.js';

/**
 * The tensors with the largest elements first, otherwise in their order. Each then begins at a multiple of the size of its
 * elements, which readers that map the file into memory need.
 */
export function largestFirst(tensors: ReadonlyMap<string, SafetensorsInput>): Map<string, SafetensorsInput> {
  const sizeOf = ({ dtype }: SafetensorsInput) => elementSizes[dtype]!;
  return new Map([...tensors].sort(([, a], [, b]) => sizeOf(b) - sizeOf(a)));
}
