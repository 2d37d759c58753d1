import { frontierAnswer, frontierSummaries, readFrontier, type FrontierPoint } from '@ds/bench-models';
import type { Section } from '../section.js';
import { frontierChart } from './frontier-chart.js';
import { frontierTable } from './frontier-table.js';

/**
 * Every method at every memory ratio, from `compression_frontier.csv`, and the smallest model that loses at most a share of
 * its ROC AUC.
 */
export const frontierSection = (maxAucLoss: number): Section<FrontierPoint> => ({
  id: 'frontier',
  title: 'How small for which loss',
  needs: 'compressionFrontier',
  missing: undefined,
  chartIds: ['frontier'],
  read: readFrontier,
  charts: (rows) => [frontierChart(rows, frontierAnswer(rows, maxAucLoss))],
  models: frontierSummaries,
  answer: (rows) => frontierAnswer(rows, maxAucLoss),
  notes: (rows) => {
    const seeds = new Set(rows.map(({ seed }) => seed)).size;
    const calibrated = Math.max(...rows.map(({ calibrationRows }) => calibrationRows));
    return (
      'No model is trained again after its tables are compressed. Bytes count values or codes, scales and the index of ' +
      'stored rows. The change of ROC AUC is that of the test split against the same model with its tables as they were, ' +
      'with DeLong’s 95 % interval for paired curves; which model is the smallest within the bound is decided on the ' +
      'validation split. ' +
      (calibrated > 0
        ? `Methods that rank by training rows took ${calibrated} of them for their backward pass. `
        : '') +
      (seeds > 1 ? `Figures are means over ${seeds} seeds; the intervals do not cover their spread. ` : '') +
      'A lookup is timed as the median of 9 passes of a batch through all tables, on one thread.'
    );
  },
  figures: [
    { heading: 'tables, bytes', value: ({ tableBytes }) => tableBytes, noise: () => 0 },
    { heading: 'ROC AUC', value: ({ rocAuc }) => rocAuc, noise: () => 1e-6 },
    { heading: 'log loss', value: ({ logLoss }) => logLoss, noise: () => 1e-6 },
  ],
  summary: () => ({ headings: [], cells: () => [] }),
  tables: (rows) => [{ title: 'The frontier', table: frontierTable(rows) }],
});
