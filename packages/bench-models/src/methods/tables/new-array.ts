import type { PieceMemory } from '../method.js';

/** An array of its own for each piece. */
export const newArray: PieceMemory = (_, length) => new Float32Array(length);
