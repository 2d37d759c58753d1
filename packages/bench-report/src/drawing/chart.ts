/** One line of a chart: a value for each sparsity level, in ascending order of the levels. */
export interface Line {
  name: string;
  points: readonly (readonly [level: number, value: number])[];
  /** Which of the palette's colours and markers it has. */
  style: number;
  dashed?: boolean;
}

/** Lines over the sparsity level, in one panel or in several beside each other with one scale. */
export interface Chart {
  /** Name of the SVG file without its ending, and the figure's id in the page. */
  id: string;
  title: string;
  /** What is drawn and what it shows, for those who cannot see it. */
  description: string;
  /** What the value axis shows, with its unit. */
  valueLabel: string;
  /** Whether the value axis starts at zero. */
  fromZero: boolean;
  /** A level line across all panels, such as the value of the model that is not pruned. */
  reference?: { label: string; value: number };
  panels: readonly { title?: string; lines: readonly Line[] }[];
}
