import type { Chart } from '../../src/drawing/chart.js';
import { chartOption } from '../../src/drawing/chart-option.js';
import { drawChart } from '../../src/drawing/draw-chart.js';
import { lightPalette } from '../../src/drawing/palette.js';

const drawing = { palette: lightPalette, width: 960, framed: true };
const line = (values: readonly number[]) => ({
  name: 'one',
  style: 0,
  points: values.map((value, index) => ({ place: index / (values.length - 1), value })),
});
const chart: Chart = {
  id: 'accuracy',
  title: 'Accuracy',
  description: 'accuracy against level',
  valueLabel: 'Accuracy',
  unit: '%',
  reading: 'higher is better',
  fromZero: false,
  reference: { label: 'not pruned: 0.7943', value: 0.7943 },
  panels: [{ lines: [line([0.7943, 0.7861, 0.7517])] }],
};
/** The y coordinates of the first line's points. */
const heights = (svg: string) =>
  /<path d="M[\d.]+ ([\d.]+)L[\d.]+ ([\d.]+)L[\d.]+ ([\d.]+)"/.exec(svg)!.slice(1).map(Number);

it('draws the reference at its value, not at a rounded one', () => {
  const svg = drawChart(chart, drawing);
  const [, referenceY] = /<path d="M[\d.]+ ([\d.]+)L[^>]*stroke-dasharray="2,3"/.exec(svg)!;
  expect(Number(referenceY)).toBeCloseTo(heights(svg)[0]!, 1);
});

it('draws a logarithmic axis over whole powers of ten', () => {
  const svg = drawChart(
    { ...chart, reference: undefined, logarithmic: true, panels: [{ lines: [line([100, 20, 1000])] }] },
    drawing,
  );
  // From 10 to 1000 on 320 pixels.
  const [hundred, twenty, thousand] = heights(svg);
  expect(hundred! - thousand!).toBeCloseTo(160, 0);
  expect(twenty! - hundred!).toBeCloseTo(160 * Math.log10(100 / 20), 0);
});

it('has titles with units on its axes, and in a file its own title and legend', () => {
  const framed = drawChart(chart, drawing);
  const bare = drawChart(chart, { ...drawing, framed: false });
  for (const svg of [framed, bare]) {
    expect(svg).toContain('>Accuracy (%)</text>');
    expect(svg).toContain('>Sparsity level (fraction of the blocks pruned)</text>');
  }
  expect(framed).toContain('>higher is better</text>');
  expect(framed).toContain('>one</text>');
  expect(bare).not.toContain('>one</text>');
});

it.each([
  [358, 1],
  [620, 2],
  [960, 3],
])('puts four panels on %d pixels in %d columns', (width, columns) => {
  const panels = ['a', 'b', 'c', 'd'].map((title) => ({ title, lines: [line([1, 2, 3])] }));
  const { option, height } = chartOption({ ...chart, panels }, { ...drawing, width, framed: false });
  const grids = option['grid'] as { left: number; top: number; width: number; height: number }[];
  expect(new Set(grids.map(({ left }) => left)).size).toBe(columns);
  expect(Math.max(...grids.map((grid) => grid.left + grid.width))).toBeLessThanOrEqual(width);
  expect(Math.max(...grids.map((grid) => grid.top + grid.height))).toBeLessThan(height - 40);
});

it('draws a whisker from end to end of a spread, within the axis', () => {
  const spread = [0.7, 0.9] as const;
  const points = [
    { place: 0, value: 0.8, spread },
    { place: 0.5, value: 0.8 },
    { place: 1, value: 0.8 },
  ];
  const svg = drawChart({ ...chart, panels: [{ lines: [{ name: 'one', style: 0, points }] }] }, drawing);
  const whiskers = [...svg.matchAll(/<path d="M([\d.]+) ([\d.]+)L\1 ([\d.]+)"[^>]*stroke="#214bc8"/g)];
  expect(whiskers).toHaveLength(1);
  const [low, high] = whiskers[0]!.slice(2).map(Number);
  const [middle] = heights(svg);
  // Both ends are as far from the value.
  expect(low! - middle!).toBeGreaterThan(20);
  expect(low! - middle!).toBeCloseTo(middle! - high!, 0);
});

it('leaves hidden lines out and scales to the others; with none left, the axes stay', () => {
  const two = {
    ...chart,
    logarithmic: true,
    panels: [{ lines: [line([1, 2, 3]), { ...line([1000, 2000, 3000]), name: 'two' }] }],
  };
  const of = (...hidden: string[]) => {
    const { option } = chartOption(two, { ...drawing, framed: false, hidden: new Set(hidden) });
    const names = (option['series'] as { name?: string }[]).flatMap(({ name }) => name ?? []);
    const [{ min, max }] = option['yAxis'] as [{ min: number; max: number }];
    return { names, ends: [min, max] };
  };
  expect(of()).toEqual({ names: ['one', 'two'], ends: [1, 10_000] });
  expect(of('two')).toEqual({ names: ['one'], ends: [1, 10] });
  expect(of('one', 'two')).toEqual({ names: [], ends: [1, 10_000] });
});
