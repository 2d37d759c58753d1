import { isEmbeddingTable } from './embedding-tables.js';
import { unmaskedName } from './plain-names.js';

/** Whether a tensor with this name may be of integers or booleans, which are copied unchanged; a table may not. */
export function mayBeInteger(name: string): boolean {
  return !isEmbeddingTable(unmaskedName(name));
}
