/** The colours of a chart, as CSS colours. */
export interface Palette {
  background: string;
  /** Titles, and text for data. */
  ink: string;
  /** Axis labels, legends, notes. */
  muted: string;
  /** Grid lines. */
  faint: string;
  /** The stretched part of an axis. */
  tint: string;
  /**
   * Lines: three times the contrast of the background at least, and as different as they can be with any colour vision.
   * Markers and dashes differ too.
   */
  lines: readonly string[];
}

/** For separate SVG files, and for print. */
export const lightPalette: Palette = {
  background: '#ffffff',
  ink: '#1b1f24',
  muted: '#57606a',
  faint: '#dfe3e8',
  tint: '#f4f6f8',
  lines: ['#214bc8', '#f15d19', '#51a484', '#a874d9', '#a73c63', '#524901', '#262921'],
};

/** The same roles on a dark page. */
export const darkPalette: Palette = {
  background: '#14171c',
  ink: '#eceff3',
  muted: '#a3acb8',
  faint: '#30363f',
  tint: '#1c2128',
  lines: ['#4378fc', '#e78f2f', '#96fcda', '#99649f', '#cb463b', '#f6ee51', '#b8b2c5'],
};

/** The page's CSS variables, for charts that are in the page and follow its theme. */
export const pagePalette: Palette = {
  background: 'var(--background)',
  ink: 'var(--ink)',
  muted: 'var(--muted)',
  faint: 'var(--faint)',
  tint: 'var(--tint)',
  lines: lightPalette.lines.map((_, index) => `var(--line-${index})`),
};

/** The declarations of the CSS variables that `pagePalette` uses. */
export function paletteVariables({ lines, ...roles }: Palette): string {
  const named = Object.entries(roles).map(([role, color]) => `--${role}: ${color};`);
  return [...named, ...lines.map((color, index) => `--line-${index}: ${color};`)].join(' ');
}
