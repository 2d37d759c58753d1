import { blockNorm } from './block-norm.js';
import { dense } from './dense.js';
import { mixedPrecision } from './mixed-precision.js';
import type { TableMethod, TableMethodKind } from './table-method.js';

const kinds: readonly TableMethodKind[] = [dense, blockNorm, mixedPrecision];

/** The default table methods. */
export const defaultTables: readonly string[] = ['dense', 'block-norm-0.9', 'mixed-precision-56x'];

/** The method with a name. @throws Error naming an unknown one. */
export function tableMethodOf(name: string): TableMethod {
  for (const kind of kinds) {
    const method = kind.parse(name);
    if (method) return method;
  }
  throw new Error(`tables: expected ${kinds.map(({ form }) => form).join(' or ')}, found '${name}'`);
}
