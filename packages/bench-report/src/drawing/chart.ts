/** One line of a chart: a value for each sparsity level, in ascending order of the levels. */
export interface Line {
  name: string;
  points: readonly (readonly [level: number, value: number])[];
  /** Index of its colour and marker in the palette. */
  style: number;
  dashed?: boolean;
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
  /** Whether the value axis starts at zero. */
  fromZero: boolean;
  /** Whether the value axis is logarithmic; default false. */
  logarithmic?: boolean;
  /** A horizontal line across all panels, such as the value of the unpruned model. */
  reference?: { label: string; value: number };
  panels: readonly { title?: string; lines: readonly Line[] }[];
}
