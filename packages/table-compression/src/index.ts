export { tableImportance, type TableImportance } from './importance/table-importance.js';
export { compressTables, measureTables, type Budget, type CompressibleTables } from './compress-tables.js';
export { compressWithinAucLoss, type TriedSize } from './compress-within-auc-loss.js';
