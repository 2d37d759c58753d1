import type { RunInfo } from '../runs/run-info.js';
import type { ReadSection } from '../sections/section.js';

/** The content of a report. */
export interface ReportContent {
  /** Every section, with the rows of its file if that was given. */
  sections: readonly ReadSection[];
  /** Settings, machine and notes of the run. */
  runInfo: RunInfo;
}

/** A file format for reports. */
export interface ReportFormat {
  /** Its name on the command line. */
  id: string;
  /** The file in the report's folder. */
  fileName: string;
  /** What tells its text from that of a file of this name that is not ours. */
  mark: RegExp;
  /** The text of that file. */
  write(content: ReportContent): string;
}

export const reportTitle = 'Data sparsifier benchmark on DLRM';
