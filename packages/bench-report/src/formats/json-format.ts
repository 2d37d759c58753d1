import type { ReportFormat } from './report-format.js';

/**
 * The facts of the run and the rows of each section, without rounding. A section that was not measured has no `rows`.
 */
export const jsonFormat: ReportFormat = {
  id: 'json',
  fileName: 'report.json',
  write({ sections, runInfo }) {
    const measured = sections.map(({ section: { id, title }, rows }) => ({ id, title, rows }));
    return `${JSON.stringify({ ...runInfo, sections: measured }, null, 2)}\n`;
  },
};
