import {
  blockWidthOf,
  dlrmTypes,
  isUnpruned,
  modelTitle,
  type DlrmType,
  type MeasuredModel,
  type SparseModelMetadata,
} from '@ds/bench-models';
import type { ModelPasses } from './open-passes.js';

/** A model to load once, with the rows of the results that each of its passes is for. */
export interface DistinctModel extends ModelPasses {
  /** For each pass, the places of its rows among the models to measure. */
  rows: readonly (readonly number[])[];
}

/**
 * The models to load for the rows of the results. A row for each norm and block shape is about the unpruned model (level 0):
 * it is loaded, and each of its passes timed, once.
 */
export function distinctPasses(models: readonly MeasuredModel<DlrmType>[]): DistinctModel[] {
  const found = new Map<string, { model: SparseModelMetadata; rows: Map<DlrmType, number[]> }>();
  models.forEach(({ model, variant }, place) => {
    const tables = variant === 'sparse_tables' ? 'sparse' : 'dense';
    // Sparse tables of other blocks are others, even if every block is kept.
    const width = tables === 'sparse' ? blockWidthOf(model) : '';
    const key = [isUnpruned(model) ? '' : modelTitle(model), tables, width].join('\n');
    const one = found.get(key) ?? { model, rows: new Map<DlrmType, number[]>() };
    found.set(key, one);
    one.rows.set(variant, [...(one.rows.get(variant) ?? []), place]);
  });
  return [...found.values()].map(({ model, rows }) => {
    const types = dlrmTypes.filter((type) => rows.has(type));
    return { model, types, rows: types.map((type) => rows.get(type)!) };
  });
}
