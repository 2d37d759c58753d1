import type { Interaction } from './interaction.js';

/** `--arch-interaction-op=cat`: the concatenation of all vectors, the bottom MLP's output first. */
export const cat: Interaction = {
  width: ({ embeddingDim, vectors }) => vectors * embeddingDim,
  what: ({ vectors }) => `embeddingDim for each of ${vectors} vectors`,
  forward(ops, bottomOutput, rows, { embeddingDim, vectors }) {
    const all = ops.concat([ops.reshape(bottomOutput, [-1, 1, embeddingDim]), ...rows], 1);
    return ops.reshape(all, [-1, vectors * embeddingDim]);
  },
};
