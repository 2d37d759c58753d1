import { curvesOf, levelsOf, modelColumnsOf } from '../models.js';
import { gridModels, type ReadSection } from '../sections/section.js';
import type { TextTable } from './text-table.js';

const levelsShown = [0, 0.5, 0.9, 0.95, 0.99, 1];

/**
 * The summary: the models, at a few levels or all, with the figures of each section. The models are those of the first section.
 */
export function summaryTable(
  sections: readonly ReadSection[],
  which: 'a few levels' | 'all levels' = 'a few levels',
): TextTable {
  const models = gridModels(sections);
  const named = modelColumnsOf(models);
  const columns = sections.flatMap(({ section, rows }) => (rows ? section.summary(rows) : []));
  const levels = which === 'all levels' ? new Set(levelsOf(models)) : levelsToShow(levelsOf(models));
  const shown = curvesOf(models).flatMap(({ rows }) =>
    rows.filter(({ sparsityLevel }) => sparsityLevel === undefined || levels.has(sparsityLevel)),
  );
  return {
    headings: [...named.headings, ...columns.flatMap(({ headings }) => headings)],
    rows: shown.map((model) => [...named.cells(model), ...columns.flatMap(({ cells }) => cells(model))]),
  };
}

function levelsToShow(levels: readonly number[]): Set<number> {
  const found = new Set(levels);
  if (found.size <= levelsShown.length) return found;
  const wanted = levelsShown.filter((level) => found.has(level));
  // For a grid of other levels, its ends and middle.
  const sorted = [...found].sort((a, b) => a - b);
  return new Set(wanted.length >= 2 ? wanted : [sorted[0]!, sorted[sorted.length >> 1]!, sorted.at(-1)!]);
}
