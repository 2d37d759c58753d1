import type { Chart } from '../../src/drawing/chart.js';
import { drawChart } from '../../src/drawing/draw-chart.js';
import { lightPalette } from '../../src/drawing/palette.js';

// A line of one value through a reference of the same value: both lie on one height, whatever its decimals.
const chart: Chart = {
  id: 'accuracy',
  title: 'Accuracy',
  description: 'accuracy against level',
  valueLabel: 'Accuracy',
  fromZero: false,
  reference: { label: 'not pruned: 0.7943', value: 0.7943 },
  panels: [
    {
      lines: [
        {
          name: 'one',
          style: 0,
          points: [
            [0, 0.7943],
            [0.5, 0.7861],
            [1, 0.7517],
          ],
        },
      ],
    },
  ],
};

it('draws the reference at its value, not at a rounded one', () => {
  const svg = drawChart(chart, lightPalette);
  const [, lineY] = /<path d="M[\d.]+ ([\d.]+)L[\d.]+ [\d.]+L/.exec(svg)!;
  const [, referenceY] = /<path d="M[\d.]+ ([\d.]+)L[^>]*stroke-dasharray="2,3"/.exec(svg)!;
  expect(Number(referenceY)).toBeCloseTo(Number(lineY), 1);
});

it('draws a logarithmic axis over whole powers of ten', () => {
  const points = [
    [0, 100],
    [0.5, 20],
    [1, 1000],
  ] as const;
  const logarithmic = {
    ...chart,
    reference: undefined,
    logarithmic: true,
    panels: [{ lines: [{ name: 'one', style: 0, points }] }],
  };
  const svg = drawChart(logarithmic, lightPalette);
  const heights = /<path d="M[\d.]+ ([\d.]+)L[\d.]+ ([\d.]+)L[\d.]+ ([\d.]+)"/
    .exec(svg)!
    .slice(1)
    .map(Number);
  // From 10 at 432 pixels to 1000 at 112.
  [100, 20, 1000].forEach((value, index) => {
    expect(heights[index]).toBeCloseTo(432 - 160 * Math.log10(value / 10), 0);
  });
});
