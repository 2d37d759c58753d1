export { hasAnyBit, hasNonFinite, interactFeatures, interactPairs } from './interact';
export { countNonZeros, multiplyNonZeros } from './sparse-layer';
