export { binaryClassificationMetrics, type BinaryClassificationMetrics } from './training/metrics.js';
export { pairedAucDifference, type PairedAucDifference } from './training/paired-auc-difference.js';
