import { formatValue, valueTitle } from '../drawing/axis-texts.js';
import { namedLines, type Chart } from '../drawing/chart.js';
import { noValue, type TextTable } from './text-table.js';

/** The points of a chart as a table: a row for each level of a panel, a column for each line; or a row for each point. */
export function chartTable(chart: Chart): TextTable {
  return chart.plane ? pointsTable(chart, chart.plane.placeLabel) : levelsTable(chart);
}

function levelsTable(chart: Chart): TextTable {
  const names = namedLines(chart).map(({ name }) => name);
  const hasPanels = chart.panels.some(({ title }) => title !== undefined);
  return {
    headings: [...(hasPanels ? ['panel'] : []), 'level', ...names],
    rows: chart.panels.flatMap(({ title = noValue, lines }) => {
      const levels = new Set(lines.flatMap(({ points }) => points.map(({ place }) => place)));
      return [...levels]
        .sort((a, b) => a - b)
        .map((level) => [
          ...(hasPanels ? [title] : []),
          String(level),
          ...names.map((name) => {
            const line = lines.find((other) => other.name === name);
            const point = line?.points.find(({ place }) => place === level);
            return point ? formatValue(chart, point.value) : noValue;
          }),
        ]);
    }),
  };
}

function pointsTable(chart: Chart, placeLabel: string): TextTable {
  return {
    headings: ['method', `${placeLabel} (bytes)`, valueTitle(chart), 'details'],
    rows: chart.panels.flatMap(({ lines }) =>
      lines.flatMap(({ name, points }) =>
        points.map(({ place, value, details }) => [
          name,
          String(Math.round(place)),
          formatValue(chart, value),
          details?.join('; ') ?? noValue,
        ]),
      ),
    ),
  };
}
