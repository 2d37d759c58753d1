export { hasAnyBit, interactFeatures, interactPairs } from './interact';
export { countNonZeros, multiplyNonZeros } from './sparse-layer';
