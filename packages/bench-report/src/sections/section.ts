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
  /** Path of `activation_sparsity.csv`. Default: no charts of sparse activations. */
  activationSparsity?: string | undefined;
  /** Path of `compression_frontier.csv`. Default: no frontier, and no answer. */
  compressionFrontier?: string | undefined;
}

/** An answer: a sentence, and facts each with a name. */
export interface Answer {
  sentence: string;
  facts: readonly (readonly [name: string, text: string])[];
}

/** The names that the files of a run have in its folder. */
export const resultsFiles: Record<keyof ReportInputs, string> = {
  sparseModelMetadata: 'sparse_model_metadata.csv',
  sparseModelMetrics: 'sparse_model_metrics.csv',
  forwardTimeInfo: 'dlrm_forward_time_info.csv',
  modelMemoryInfo: 'model_memory_info.csv',
  activationSparsity: 'activation_sparsity.csv',
  compressionFrontier: 'compression_frontier.csv',
};

/** A number of each model by which two runs are compared. */
export interface Figure<Row> {
  /** The name of the number and its unit: `zip, bytes`. */
  heading: string;
  /** The number; undefined if the model has none. */
  value(row: Row): number | undefined;
  /** How far the number can move from run to run of the same model. */
  noise(row: Row): number;
}

/** A part of the report, made from one results file. */
export interface Section<Row extends object = object> {
  id: string;
  /** The heading of its charts. */
  title: string;
  /** The results file that it shows; without it the section says `missing`. */
  needs: keyof ReportInputs;
  /** Reads that file. @throws Error naming the file, line and column, or a duplicate model. */
  read(csvPath: string): Promise<Row[]>;
  /** Whether its rows are about models of the metadata file. Default: false. */
  isOfGrid?: boolean;
  /** Says why there is nothing to show, if the file is not given; undefined: the section is then left out silently. */
  missing: string | undefined;
  /** The ids of all charts that it can have. */
  chartIds: readonly string[];
  charts(rows: readonly Row[]): Chart[];
  /** The answer to the reader's question, for the top of the report; absent if the file has none. */
  answer?(rows: readonly Row[]): Answer;
  /** The compressed models that it has in addition to those of the grid. Default: none. */
  models?(rows: readonly Row[]): readonly GridPoint[];
  /** How the numbers were measured, as far as the file says. */
  notes(rows: readonly Row[]): string;
  /** Its columns of the summary, and their cells for any model of the grid. */
  summary(rows: readonly Row[]): { headings: string[]; cells: (model: GridPoint) => string[] };
  /** The name of a row's model, if it is not a model of the grid. */
  rowTitle?(row: Row): string;
  /** The numbers by which two runs are compared. */
  figures: readonly Figure<Row>[];
  /** Every row, for the end of the report. */
  tables(rows: readonly Row[]): { title: string; table: TextTable }[];
}

/** A section and the rows of its file; undefined if that is not given. */
export interface ReadSection {
  section: Section;
  rows: readonly object[] | undefined;
}

/** The models of the grid: the rows of the first section, which is always there. */
export function gridModels([first]: readonly ReadSection[]): readonly GridPoint[] {
  return first!.rows as readonly GridPoint[];
}

/** The answers of the sections that have one. */
export function answersOf(sections: readonly ReadSection[]): Answer[] {
  return sections.flatMap(({ section, rows }) => (rows && section.answer ? [section.answer(rows)] : []));
}

/** An answer as lines of plain text. */
export function answerText({ sentence, facts }: Answer): string {
  const width = Math.max(...facts.map(([name]) => name.length));
  return [sentence, ...facts.map(([name, text]) => `  ${name.padEnd(width + 2)}${text}`)].join('\n');
}
