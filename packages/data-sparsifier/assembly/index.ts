export { prepare, gatherSparseRows } from './gather/gather-sparse-rows';
export { gatherQuantizedRows } from './gather/gather-quantized-rows';
export { gatherMixedRows, prepareMixed } from './gather/gather-mixed-rows';
export { workspaceBytes } from './gather/repeated-rows';
export { squareValues, meansOfFour, meansOfFourSquares } from './selection/block-keys';
export { countKeys, rankKeys } from './selection/rank-keys';
export { maskRanks, maskRanksOfFour } from './selection/mask-ranks';
export { pruneRanks, pruneRanksOfFour } from './selection/prune-ranks';
export { roundRowsByCurvature } from './round-rows';
