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
  /** Lines, distinguishable with any colour vision; markers and dashes differ too. */
  lines: readonly string[];
}

/** For separate SVG files, and for print. */
export const lightPalette: Palette = {
  background: '#ffffff',
  ink: '#1b1f24',
  muted: '#57606a',
  faint: '#dfe3e8',
  tint: '#f4f6f8',
  lines: ['#0b62c4', '#c2500a', '#0f7b4f', '#8a3ab9', '#b3261e', '#5b5f66'],
};

/** The same roles on a dark page. */
export const darkPalette: Palette = {
  background: '#14171c',
  ink: '#eceff3',
  muted: '#a3acb8',
  faint: '#30363f',
  tint: '#1c2128',
  lines: ['#6cb1ff', '#ff9d5c', '#5fd0a0', '#d3a1f7', '#ff8a80', '#b9bec6'],
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
