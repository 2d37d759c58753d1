import {
  frontierSummaries,
  methodOf,
  tenThousandths,
  type FrontierPoint,
  type FrontierSummary,
} from '@ds/bench-models';
import { formatKnown, type TextTable } from '../../tables/text-table.js';
import { modelColumnsOf } from '../../models.js';
import { formatQuantity } from '../../units.js';

/** The table that a paper prints: a row for each model, over all seeds. */
export function frontierTable(points: readonly FrontierPoint[]): TextTable {
  const models = frontierSummaries(points);
  const spread = models.some(({ seeds }) => seeds > 1);
  // Every row has its method, in words.
  const columns = modelColumnsOf(models.map(({ method: _, ...model }) => model));
  return {
    headings: [
      ...['method', ...columns.headings, 'calibration rows', 'bytes a row', 'times smaller', 'ROC AUC'],
      ...['change, 1e-4', '95 % from', 'to', ...(spread ? ['seeds', 'spread, 1e-4'] : [])],
      ...['log loss change, 1e-4', 'lookup, ns', 'compress, s'],
    ],
    rows: models.map((model) => {
      const { value, lower, upper } = tenThousandths(model);
      return [
        methodOf(model).label,
        ...columns.cells(model),
        String(model.calibrationRows),
        formatQuantity(model.bytesPerRow),
        formatQuantity(model.memoryRatio),
        model.rocAuc.toFixed(4),
        ...[value, lower, upper],
        ...(spread ? [String(model.seeds), spreadOf(model)] : []),
        (1e4 * model.logLossChange).toFixed(1),
        formatKnown(model.lookupNs),
        formatKnown(model.compressSeconds),
      ];
    }),
  };
}

function spreadOf({ aucChangeSpread }: FrontierSummary): string {
  return aucChangeSpread === undefined ? '–' : (1e4 * aucChangeSpread).toFixed(2);
}
