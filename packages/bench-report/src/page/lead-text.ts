import { methodOf, modelTitle, type GridPoint } from '@ds/bench-models';
import { curvesOf, describeLevels, levelsOf } from '../models.js';
import { gridModels, type ReadSection } from '../sections/section.js';

/** What the report is about: how many models there are in all sections, by which methods, and which are those of the grid. */
export function leadText(sections: readonly ReadSection[]): string {
  const grid = gridModels(sections);
  const models = distinctBy(modelTitle, [
    ...grid,
    ...sections.flatMap(({ section, rows }) => (rows && section.models?.(rows)) ?? []),
  ]);
  const methods = distinctBy((model) => methodOf(model).id, models).length;
  const curves = curvesOf(grid).map(({ name }) => name);
  const gridText = `${curves.join('; ')}; ${levelsText(levelsOf(grid))}`;
  const about =
    'What compressing the embedding tables of a recommendation model saves on disk and in memory, and what it costs in ' +
    `quality and time: ${models.length} models`;
  return models.length === grid.length
    ? `${about}, ${gridText}.`
    : `${about} by ${methods} methods. The grid has ${grid.length} of them: ${gridText}.`;
}

function levelsText(levels: readonly number[]): string {
  return levels.length <= 6
    ? `sparsity levels ${describeLevels(levels)}`
    : `${levels.length} sparsity levels from ${levels[0]} to ${levels.at(-1)}`;
}

function distinctBy(key: (model: GridPoint) => string, models: readonly GridPoint[]): GridPoint[] {
  return [...new Map(models.map((model) => [key(model), model])).values()];
}
