import type { MixedPrecisionTable } from '@ds/data-sparsifier';
import type { CompressibleTables } from './compress-tables.js';

/** Tables that were tried, and what they cost. */
export interface TriedSize {
  /** Bytes of the tables together. */
  bytes: number;
  /** ROC AUC of the model with the dense tables less that with these; negative where these are better. */
  aucLoss: number;
}

// The sizes that are tried at last lie a 32nd of an octave apart: 2 % of the bytes.
const finest = 1 / 32;

/**
 * The smallest tables with which a model loses at most so much of ROC AUC. From the largest on, sizes are halved until one
 * loses more; bisection between the last two finds the rest. The choice is made on the rows that `auc` takes, so that
 * what the tables cost is to be measured on others.
 *
 * @returns the tables, and every size that was tried, in order
 * @throws RangeError when the bound is not a number, or when even the largest tables lose more: it says how much, and at
 *   what size
 */
export async function compressWithinAucLoss({
  tables,
  auc,
  baseAuc,
  maxAucLoss,
}: {
  /** What `measureTables` gave. */
  tables: CompressibleTables;
  /** The ROC AUC of the model with these tables in place of its own. */
  auc: (small: Record<string, MixedPrecisionTable>) => Promise<number>;
  /** The ROC AUC of the model as it is, on the same rows. */
  baseAuc: number;
  /** The most that may be lost, such as 1e-4. */
  maxAucLoss: number;
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
  const measure = async (bytes: number) => {
    const small = tables.compress({ bytes });
    const size = {
      bytes: Object.values(small).reduce((sum, { byteLength }) => sum + byteLength, 0),
      aucLoss: baseAuc - (await auc(small)),
    };
    tried.push(size);
    return { small, ...size };
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
  return { tables: best.small, tried };
}
