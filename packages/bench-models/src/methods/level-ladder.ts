import type { GridPoint } from './grid-point.js';

// A step keeps 9 % less than the one before; the last keeps a 5000th.
const stepsPerOctave = 8;
const steps = 12 * stepsPerOctave;

/** The points that differ from `point` in their level alone, from 0 on: each keeps 2^(-1/8) of what the one before does. */
export function levelLadder(point: GridPoint): GridPoint[] {
  return Array.from({ length: steps + 1 }, (_, step) => ({
    ...point,
    sparsityLevel: Number((1 - 2 ** (-step / stepsPerOctave)).toFixed(6)),
  }));
}
