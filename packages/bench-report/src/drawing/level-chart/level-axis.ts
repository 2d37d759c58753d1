/** The axis of sparsity levels, from 0 to 1, on a chart. */
export interface LevelAxis {
  /** The position of a level, in [0, length]. */
  position: (level: number) => number;
  /** The position of level 1. */
  length: number;
  /** The position from which the axis is stretched; undefined if it is not. */
  stretchedFrom?: number;
  /** Positions of the ticks. */
  ticks: readonly number[];
  /** The text of the tick at a position. */
  label: (position: number) => string;
}

const bend = 0.9;
/** What is to be said of a stretched axis. */
export const stretchText = '0.9 to 1: drawn ten times wider';

/**
 * The axis for a set of levels. The benchmark's levels are ten times closer above 0.9 than below. If there is a level inside
 * (0.9, 1), that part is drawn ten times wider, so that all steps of the grid have the same width.
 */
export function levelAxis({
  levels,
  labels,
}: {
  /** The sparsity levels to draw, in [0, 1]. */
  levels: readonly number[];
  /** Label each step, or only a few if there is little space. */
  labels: 'each' | 'few';
}): LevelAxis {
  const stretched = isStretched(levels);
  // Positions are counted in steps of 0.1 below the bend and of 0.01 above it.
  const position = (level: number) =>
    stretched && level > bend ? 10 * bend + (level - bend) * 100 : level * 10;
  const tenths = Array.from({ length: 11 }, (_, tenth) => tenth / 10);
  const hundredths = Array.from({ length: 9 }, (_, hundredth) => (91 + hundredth) / 100);
  const few = stretched ? [0, 0.5, 0.9, 0.95, 1] : [0, 0.25, 0.5, 0.75, 1];
  const labelled = labels === 'few' ? few : stretched ? [...tenths, ...hundredths] : tenths;
  const texts = new Map(labelled.map((level) => [Math.round(position(level) * 1000), String(level)]));
  return {
    position,
    length: position(1),
    ...(stretched ? { stretchedFrom: position(bend) } : {}),
    ticks: labelled.map(position).sort((a, b) => a - b),
    label: (at) => texts.get(Math.round(at * 1000)) ?? '',
  };
}

/** Whether the axis for these levels is stretched. */
export function isStretched(levels: readonly number[]): boolean {
  return levels.some((level) => level > bend && level < 1);
}
