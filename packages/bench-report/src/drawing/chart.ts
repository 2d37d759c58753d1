/** A point of a line. */
export interface Point {
  /** The sparsity level, or on a plane the bytes. */
  place: number;
  /** In the unit of the chart. */
  value: number;
  /** The ends of its spread from run to run, drawn as a whisker. */
  spread?: readonly [lower: number, upper: number];
  /** What else is known of it, for a tooltip: a line each. */
  details?: readonly string[];
}

/** One line of a chart, its points from left to right. */
export interface Line {
  name: string;
  points: readonly Point[];
  /** Index of its colour and marker in the palette. */
  style: number;
  dashed?: boolean;
}

/** Two logarithmic axes, bytes across and a loss upwards, for a chart that is not over the sparsity level. */
export interface Plane {
  /** What the bytes are those of. */
  placeLabel: string;
  /** Lines across the chart, of values that readers know. */
  marks: readonly { label: string; value: number }[];
  /** The one point that the reader is after. */
  answer?: { label: string; place: number; value: number };
}

/**
 * Lines over the sparsity level, in one panel or in several side by side with a common scale. It is plain data, because the
 * page draws it again in the browser.
 */
export interface Chart {
  /** Name of the SVG file without its extension, and the figure's id in the page. */
  id: string;
  title: string;
  /** A description of the chart, for screen readers. */
  description: string;
  /** Title of the value axis. */
  valueLabel: string;
  /** The unit of the values. */
  unit?: string;
  /** How to read the values: `lower is better`. */
  reading: string;
  /** Decimals of a value that are known. Default: three significant digits. */
  decimals?: number;
  /** What the level is a fraction of. Default: the blocks, which are pruned. */
  levelLabel?: string;
  /** Whether the value axis starts at zero. */
  fromZero: boolean;
  /** Whether the value axis is logarithmic; default false. */
  logarithmic?: boolean;
  /** A horizontal line across all panels, such as the value of the unpruned model. */
  reference?: { label: string; value: number };
  /** Where it is not over the sparsity level: both axes are logarithmic, and small values, which are good, are on top. */
  plane?: Plane;
  panels: readonly { title?: string; lines: readonly Line[] }[];
}

/** The names of the lines, each once, with how it is drawn. */
export function namedLines({ panels }: Chart): Pick<Line, 'name' | 'style' | 'dashed'>[] {
  const all = panels.flatMap(({ lines }) => lines);
  return all.filter(({ name }, index) => all.findIndex((other) => other.name === name) === index);
}
