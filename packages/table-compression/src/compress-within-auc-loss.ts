import type { MixedPrecisionTable } from '@ds/data-sparsifier';
import type { CompressibleTables } from './compress-tables.js';

/** A tried size of the tables, and its cost. */
export interface TriedSize {
  /** Bytes of the tables together. */
  bytes: number;
  /** ROC AUC of the model with the dense tables minus that with these; negative if these are better. */
  aucLoss: number;
}

// The last sizes tried differ by a 32nd of an octave: 2 % of the bytes.
const finest = 1 / 32;

/**
 * Finds the smallest tables with which a model loses at most a given ROC AUC. Starting from the largest, sizes are halved
 * until one loses more; then bisection between the last two. The choice is made on the rows that `auc` uses, so the final
 * cost must be measured on other rows.
 *
 * @returns the tables, and every tried size, in order
 * @throws RangeError if the bound is not a number; or, with the loss and the size, if even the largest tables lose more
 */
export async function compressWithinAucLoss({
  tables,
  auc,
  baseAuc,
  maxAucLoss,
  known,
  onTried,
}: {
  /** The result of `measureTables`. */
  tables: CompressibleTables;
  /** The ROC AUC of the model with these tables in place of its own. */
  auc: (small: Record<string, MixedPrecisionTable>) => Promise<number>;
  /** The ROC AUC of the uncompressed model, on the same rows. */
  baseAuc: number;
  /** The maximum loss, such as 1e-4. */
  maxAucLoss: number;
  /** Sizes that an earlier search evaluated, by their budget in bytes; they are not evaluated again. Default: none. */
  known?: ReadonlyMap<number, TriedSize>;
  /** Called with the budget in bytes of each size that was evaluated, and the size. */
  onTried?: (budget: number, size: TriedSize) => void;
}): Promise<{
  /** The smallest tables within the bound. */
  tables: Record<string, MixedPrecisionTable>;
  /** Every size that was tried, in order. */
  tried: TriedSize[];
}> {
  if (!Number.isFinite(maxAucLoss)) {
    throw new RangeError(`maxAucLoss: expected a number, found ${maxAucLoss}`);
  }
  const tried: TriedSize[] = [];
  const measure = async (budget: number) => {
    let size = known?.get(budget);
    let small: Record<string, MixedPrecisionTable> | undefined;
    if (!size) {
      small = tables.compress({ bytes: budget });
      size = {
        bytes: Object.values(small).reduce((sum, { byteLength }) => sum + byteLength, 0),
        aucLoss: baseAuc - (await auc(small)),
      };
      onTried?.(budget, size);
    }
    tried.push(size);
    return { budget, small, ...size };
  };

  let best = await measure(Infinity);
  if (!(best.aucLoss <= maxAucLoss)) {
    throw new RangeError(
      `expected tables that lose at most ${maxAucLoss} of ROC AUC, but the least loss is ${best.aucLoss.toExponential(2)}, ` +
        `of tables of ${best.bytes} bytes, ${(tables.denseBytes / best.bytes).toFixed(2)} times smaller than dense ones`,
    );
  }
  let isBounded = false;
  while (best.bytes > 0) {
    const half = await measure(best.bytes / 2);
    if (half.aucLoss > maxAucLoss) {
      isBounded = true;
      break;
    }
    best = half;
  }
  for (let octaves = 0.5; isBounded && octaves >= finest; octaves /= 2) {
    const between = await measure(best.bytes * 2 ** -octaves);
    if (between.aucLoss <= maxAucLoss) best = between;
  }
  return { tables: best.small ?? tables.compress({ bytes: best.budget }), tried };
}
