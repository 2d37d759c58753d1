export { prepare, gatherSparseRows } from './gather-sparse-rows';
export { gatherQuantizedRows } from './gather-quantized-rows';
export { gatherMixedRows, prepareMixed } from './gather-mixed-rows';
export { workspaceBytes } from './repeated-rows';
export { squareValues, meansOfFour, meansOfFourSquares } from './block-keys';
export { countKeys, rankKeys } from './rank-keys';
export { maskRanks, maskRanksOfFour } from './mask-ranks';
export { roundRowsByCurvature } from './round-rows';
