/** One line of a chart: a value for each sparsity level, in ascending order, or for each place on the axis of a plane. */
export interface Line {
  name: string;
  points: readonly (readonly [level: number, value: number])[];
  /** Index of its colour and marker in the palette. */
  style: number;
  dashed?: boolean;
}

/** The two logarithmic axes of a chart that is not over the sparsity level. */
export interface Plane {
  /** What the horizontal axis shows, with its unit. */
  placeLabel: string;
  /** The text of a place on it. */
  formatPlace: (place: number) => string;
  /** Lines across the chart, of values that readers know. */
  marks: readonly { label: string; value: number }[];
  /** The one point that the reader is after. */
  answer?: { label: string; place: number; value: number };
}

/** Lines over the sparsity level, in one panel or in several side by side with a common scale. */
export interface Chart {
  /** Name of the SVG file without its extension, and the figure's id in the page. */
  id: string;
  title: string;
  /** A description of the chart, for screen readers. */
  description: string;
  /** Label of the value axis, with its unit. */
  valueLabel: string;
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
