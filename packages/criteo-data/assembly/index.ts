export { countLines, parseRows } from './parse-rows';
export { numberValues } from './number-values';
export { gatherFloats, deflateFloats, deflateIntegers } from './deflate-elements';

/** Where the memory begins that the kernel does not use itself. */
export function heapStart(): usize {
  return __heap_base;
}
