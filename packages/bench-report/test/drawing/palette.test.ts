import { darkPalette, lightPalette } from '../../src/drawing/palette.js';

type Triple = [number, number, number];
type Matrix = readonly Triple[];

// How people without one of the three kinds of cones see, on linear RGB: Machado, Oliveira and Fernandes 2009, severity 1.
const vision: Record<string, Matrix> = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};
// From linear RGB to cones, and from their cube roots to OKLab: Ottosson 2020.
const cones: Matrix = [
  [0.4122214708, 0.5363325363, 0.0514459929],
  [0.2119034982, 0.6806995451, 0.1073969566],
  [0.0883024619, 0.2817188376, 0.6299787005],
];
const lab: Matrix = [
  [0.2104542553, 0.793617785, -0.0040720468],
  [1.9779984951, -2.428592205, 0.4505937099],
  [0.0259040371, 0.7827717662, -0.808675766],
];

const times = (matrix: Matrix, [x, y, z]: Triple) =>
  matrix.map(([a, b, c]) => a * x + b * y + c * z) as Triple;
const linear = (color: string) =>
  [1, 3, 5].map((at) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as Triple;
const seen = (color: string, by: Matrix) => {
  const clipped = times(by, linear(color)).map((part) => Math.min(1, Math.max(0, part))) as Triple;
  return times(lab, times(cones, clipped).map(Math.cbrt) as Triple);
};
const luminance = (color: string) => {
  const [red, green, blue] = linear(color);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const contrast = (one: string, other: string) => {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light! + 0.05) / (dark! + 0.05);
};

describe.each([
  ['light', lightPalette],
  ['dark', darkPalette],
])('%s palette', (_, { background, tint, ink, muted, lines }) => {
  test('lines stand out from the background by 3 to 1, text by 4.5 to 1 (WCAG 2.2)', () => {
    for (const color of lines) expect([color, contrast(color, background) >= 3]).toEqual([color, true]);
    for (const text of [ink, muted])
      for (const behind of [background, tint]) expect(contrast(text, behind)).toBeGreaterThanOrEqual(4.5);
  });

  test.each(Object.entries(vision))('no two lines look alike, %s', (__, matrix) => {
    const colors = lines.map((color) => seen(color, matrix));
    colors.forEach((one, index) =>
      colors.slice(index + 1).forEach((other) => {
        expect(Math.hypot(...one.map((part, at) => part - other[at]!))).toBeGreaterThan(0.1);
      }),
    );
  });
});
