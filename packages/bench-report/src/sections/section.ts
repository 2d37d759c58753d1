import type { GridPoint } from '@ds/bench-models';
import type { Chart } from '../drawing/chart.js';
import type { TextTable } from '../tables/text-table.js';

/** The results files of one benchmark run. */
export interface ReportInputs {
  /** Path of `sparse_model_metadata.csv`, ours or the original's. */
  sparseModelMetadata: string;
  /** Path of `sparse_model_metrics.csv`. Default: no charts of quality. */
  sparseModelMetrics?: string | undefined;
  /** Path of `dlrm_forward_time_info.csv`. Default: no chart of forward time. */
  forwardTimeInfo?: string | undefined;
  /** Path of `model_memory_info.csv`. Default: no chart of memory. */
  modelMemoryInfo?: string | undefined;
}

/** A part of the report, made from one results file. */
export interface Section<Row extends GridPoint = GridPoint> {
  id: string;
  /** The heading of its charts. */
  title: string;
  /** The results file that it shows; without it the section says `missing`. */
  needs: keyof ReportInputs;
  /** Reads that file. @throws Error naming the file, line and column, or a duplicate model. */
  read(csvPath: string): Promise<Row[]>;
  /** Says why there is nothing to show, if the file is not given. */
  missing: string;
  /** The ids of all charts that it can have. */
  chartIds: readonly string[];
  charts(rows: readonly Row[]): Chart[];
  /** How the numbers were measured, as far as the file says. */
  notes(rows: readonly Row[]): string;
  /** Its columns of the summary, and their cells for any model. */
  summary(rows: readonly Row[]): { headings: string[]; cells: (model: GridPoint) => string[] };
  /** Every row, for the end of the report. */
  tables(rows: readonly Row[]): { title: string; table: TextTable }[];
}

/** A section and the rows of its file; undefined if that is not given. */
export interface ReadSection {
  section: Section;
  rows: readonly GridPoint[] | undefined;
}
