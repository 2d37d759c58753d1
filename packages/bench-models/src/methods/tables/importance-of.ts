import type { TableImportance } from '@ds/table-compression';
import type { SweepContext } from '../method.js';

/** The importance of a table's rows. @throws Error naming a table whose importance is unknown. */
export function importanceOf({ importance }: SweepContext, method: string, name: string): TableImportance {
  const found = importance?.[name];
  if (found) return found;
  const known = Object.keys(importance ?? {});
  throw new Error(
    `method ${method}: expected the lookups and the curvature of table ${name}, found ` +
      (known.length === 0
        ? 'none: it needs training rows'
        : `those of ${known[0]} and ${known.length - 1} others`),
  );
}
