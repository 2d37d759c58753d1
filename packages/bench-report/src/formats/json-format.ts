import type { ReportFormat } from './report-format.js';

/**
 * The run's facts, and of each section the rows as they were read: nothing is rounded. What was not measured has no
 * `rows`.
 */
export const jsonFormat: ReportFormat = {
  id: 'json',
  fileName: 'report.json',
  write({ sections, runInfo }) {
    const measured = sections.map(({ section: { id, title }, rows }) => ({ id, title, rows }));
    return `${JSON.stringify({ ...runInfo, sections: measured }, null, 2)}\n`;
  },
};
