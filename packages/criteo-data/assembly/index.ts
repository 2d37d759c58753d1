export { countLines, paddingBytes } from './index-separators';
export { parseRows, separatorBytes } from './parse-rows';
export { numberValues } from './number-values';
export { deflateIntegers } from './deflate/deflate-integers';
export { deflateFloats } from './deflate/deflate-floats';

/** Where the memory begins that the kernel does not use itself. */
export function heapStart(): usize {
  return __heap_base;
}
