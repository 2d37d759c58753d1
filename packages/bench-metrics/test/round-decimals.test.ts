import { roundDecimals } from '../src/round-decimals.js';

describe('roundDecimals', () => {
  // Python 3: round(value, decimals).
  test.each([
    [0.0625, 3, 0.062],
    [0.1875, 3, 0.188],
    [0.3125, 3, 0.312],
    [-0.0625, 3, -0.062],
    [0.0005, 3, 0.001],
    [0.0015, 3, 0.002],
    [0.6395031913058479, 3, 0.64],
    [0.5, 0, 0],
    [1.5, 0, 2],
    [2.5, 0, 2],
    [-1.5, 0, -2],
    [2.675, 2, 2.67],
    [0.125, 2, 0.12],
    [0.375, 2, 0.38],
    [1, 3, 1],
    [0.123456789, 17, 0.123456789],
  ])('rounds %p to %p decimals as Python does', (value, decimals, expected) => {
    expect(roundDecimals(value, decimals)).toBe(expected);
  });
});
