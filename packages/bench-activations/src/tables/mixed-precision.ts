import { columnsOfTables } from '@ds/dlrm';
import { compressTables, tableImportance } from '@ds/table-compression';
import type { TableMethodKind } from './table-method.js';

/** Each row in the number of bits that it is worth, at a compression ratio of all tables relative to float32. */
export const mixedPrecision: TableMethodKind = {
  form: 'mixed-precision-<ratio>x',
  parse(name) {
    const ratio = Number(/^mixed-precision-(\d+(?:\.\d+)?)x$/.exec(name)?.[1]);
    if (!(ratio >= 1)) return undefined;
    return {
      id: name,
      async compress({ state, names, modelPath, model, trainRows, calibrationRows, seed }) {
        const columns = columnsOfTables(state, names, modelPath);
        const importance = await tableImportance({
          ...{ model, dataset: trainRows, calibrationRows, seed, columns },
        });
        const tables = Object.fromEntries(names.map((table) => [table, state[table]!]));
        return compressTables({ tables, importance, budget: { ratio } });
      },
    };
  },
};
