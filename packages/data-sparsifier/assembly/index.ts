export { prepare, gatherSparseRows } from './gather-sparse-rows';
export { gatherQuantizedRows } from './gather-quantized-rows';
