/**
 * The quality metrics of binary classification.
 *
 * @module @ds/dlrm/metrics
 */
export { binaryClassificationMetrics, type BinaryClassificationMetrics } from './training/metrics.js';
export {
  pairedAucDifference,
  pairedAucDifferenceFrom,
  type PairedAucDifference,
} from './training/paired-auc-difference.js';
