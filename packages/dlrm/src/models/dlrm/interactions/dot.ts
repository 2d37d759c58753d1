import type { Interaction } from './interaction.js';

/** `--arch-interaction-op=dot`: the bottom MLP's output and the dot product of each pair of vectors. */
export const dot = dotInteraction({ itself: false });

/** With `--arch-interaction-itself`: also the product of each vector with itself. */
export const dotWithItself = dotInteraction({ itself: true });

function dotInteraction({ itself }: { itself: boolean }): Interaction {
  return {
    width: ({ embeddingDim, vectors }) =>
      embeddingDim + (vectors * (vectors - 1)) / 2 + (itself ? vectors : 0),
    what: ({ vectors }) =>
      `embeddingDim and one for each pair of ${vectors} vectors${itself ? ', pairs with itself too' : ''}`,
    forward(ops, bottomOutput, rows, { embeddingDim, vectors }) {
      const all = ops.concat([ops.reshape(bottomOutput, [-1, 1, embeddingDim]), ...rows], 1);
      return ops.concat([bottomOutput, ops.pairProducts(all, { vectors, itself })], 1);
    },
  };
}
