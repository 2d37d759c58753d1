import { methodsWithScopes, type GridPoint } from '@ds/bench-models';
import type { ModelState } from '@ds/dlrm';
import type { TableMethodKind } from './table-method.js';

/** The benchmark's first method, with the L1 norm and blocks of four adjacent values. Only kept blocks are in memory. */
export const blockNorm: TableMethodKind = {
  form: 'block-norm-<level>',
  parse(name) {
    const level = /^block-norm-(0|1|0?\.\d+)$/.exec(name)?.[1];
    if (level === undefined) return undefined;
    const point: GridPoint = { norm: 'L1', sparseBlockShape: [1, 4], sparsityLevel: Number(level) };
    return {
      id: name,
      async compress({ state, names, threads }) {
        const [method] = methodsWithScopes(['table']);
        const tables = Object.fromEntries(names.map((table) => [table, state[table]!]));
        const pruned = method!.compress(state, await method!.sweep(tables, [point], { threads }), point);
        return Object.fromEntries(
          pruned.names.map((table) => [table, pruned.embeddingTable(table)]),
        ) as ModelState;
      },
    };
  },
};
