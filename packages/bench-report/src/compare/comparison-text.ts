import { formatTerminalTable } from '../tables/terminal-table.js';
import type { RunComparison } from './compare-runs.js';

/** A comparison for a terminal: what differs, and how much was found equal. */
export function comparisonText({ settings, figures, onlyInOne }: RunComparison): string {
  const blocks = [
    settings.rows.length > 0 ? `Settings that differ\n${formatTerminalTable(settings)}` : 'Settings: equal',
    ...onlyInOne,
    ...figures.map(({ title, models, beyondNoise }) => {
      const differing = beyondNoise.rows.length;
      if (differing === 0) return `${title}: no difference beyond noise in ${models} rows`;
      return `${title}: ${differing} of ${models} rows differ beyond noise\n${formatTerminalTable(beyondNoise)}`;
    }),
  ];
  return blocks.join('\n');
}
