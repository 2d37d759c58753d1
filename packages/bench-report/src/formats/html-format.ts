import { reportHtml } from '../page/report-html.js';
import type { ReportFormat } from './report-format.js';

/** One page that needs no other file. */
export const htmlFormat: ReportFormat = {
  id: 'html',
  fileName: 'report.html',
  mark: /<footer>Made by @ds\/bench-report /,
  write: reportHtml,
};
