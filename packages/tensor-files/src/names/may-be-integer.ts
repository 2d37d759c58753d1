import { isEmbeddingTable } from './embedding-tables.js';
import { unmaskedName } from './plain-names.js';

/** Whether a tensor of this name may hold whole numbers or truth values, which are carried along: a table may not. */
export function mayBeInteger(name: string): boolean {
  return !isEmbeddingTable(unmaskedName(name));
}
