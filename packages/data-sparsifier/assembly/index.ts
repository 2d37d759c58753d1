export { prepare, gatherSparseRows } from './gather-sparse-rows';
