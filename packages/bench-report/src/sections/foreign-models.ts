import { modelTitle, type GridPoint } from '@ds/bench-models';
import { gridModels, type ReadSection, type ReportInputs } from './section.js';

/**
 * A sentence for each results file with models that the metadata file lacks, such as a file of the whole grid beside the
 * metadata of a few levels.
 *
 * @throws Error naming both files and a model if they have no model in common: they are of different runs.
 */
export function foreignModels(sections: readonly ReadSection[], inputs: ReportInputs): string[] {
  const { sparseModelMetadata } = inputs;
  const known = new Set(gridModels(sections).map(modelTitle));
  return sections.flatMap(({ section, rows }) => {
    if (!section.isOfGrid || !rows) return [];
    const models = [...new Set((rows as readonly GridPoint[]).map(modelTitle))];
    const foreign = models.filter((model) => !known.has(model));
    if (foreign.length === 0) return [];
    const path = inputs[section.needs];
    if (foreign.length === models.length) {
      throw new Error(
        `${path}: expected models of ${sparseModelMetadata}, found none of them; the first is ${foreign[0]}`,
      );
    }
    return [
      `${path}: ${foreign.length} of ${models.length} models are not in ${sparseModelMetadata}; the first is ${foreign[0]}`,
    ];
  });
}
