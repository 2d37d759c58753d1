import type { Interaction } from './interaction.js';

/**
 * The part of the `dot` interaction that a folded model keeps: some columns of the bottom MLP's output, and the products
 * of some pairs.
 *
 * @param kept columns of the result of `dot`, ascending
 */
export function keptDot(kept: readonly number[]): Interaction {
  return {
    width: () => kept.length,
    what: () => 'the kept features',
    forward(ops, bottomOutput, rows, { embeddingDim, vectors }) {
      const columns = kept.filter((feature) => feature < embeddingDim);
      const pairs = kept.slice(columns.length).map((feature) => feature - embeddingDim);
      const bottom = () => ops.gatherColumns(bottomOutput, Int32Array.from(columns));
      if (pairs.length === 0) return bottom();
      const all = ops.concat([ops.reshape(bottomOutput, [-1, 1, embeddingDim]), ...rows], 1);
      const products = ops.pairProducts(all, { vectors, itself: false, kept: pairs });
      return columns.length === 0 ? products : ops.concat([bottom(), products], 1);
    },
  };
}
