import type { ReportFormat } from './report-format.js';

/**
 * The facts of the run and the rows of each section, without rounding. A section that was not measured has no `rows`.
 */
export const jsonFormat: ReportFormat = {
  id: 'json',
  fileName: 'report.json',
  mark: /\n {2}"sections": \[\n {4}\{\n {6}"id": "size",\n/,
  write({ sections, runInfo }) {
    const measured = sections.map(({ section, rows }) => ({
      id: section.id,
      title: section.title,
      answer: rows && section.answer?.(rows),
      rows,
    }));
    return `${JSON.stringify({ ...runInfo, sections: measured }, null, 2)}\n`;
  },
};
