export { binaryClassificationMetrics, type BinaryClassificationMetrics } from './training/metrics.js';
