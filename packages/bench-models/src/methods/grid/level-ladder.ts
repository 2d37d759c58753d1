import type { GridPoint } from './grid-point.js';

// Each step keeps 8 % less than the one before; the last keeps about a 4000th.
const stepsPerOctave = 8;
const steps = 12 * stepsPerOctave;

/** Points that differ from `point` only in their level, from 0 on; each keeps 2^(-1/8) of what the previous one keeps. */
export function levelLadder(point: GridPoint): GridPoint[] {
  return Array.from({ length: steps + 1 }, (_, step) => ({
    ...point,
    sparsityLevel: Number((1 - 2 ** (-step / stepsPerOctave)).toFixed(6)),
  }));
}
