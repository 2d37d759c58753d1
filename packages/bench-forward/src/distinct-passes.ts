import { dlrmTypes, isUnpruned, servedFile, type DlrmType, type MeasuredModel } from '@ds/bench-models';
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
  const found = new Map<string, { path: string; blockWidth: number; rows: Map<DlrmType, number[]> }>();
  models.forEach(({ model, variant }, place) => {
    const tables = variant === 'sparse_tables' ? 'sparse' : 'dense';
    const { path, blockWidth } = servedFile(model, { tables });
    // Sparse tables of other blocks are others, even if every block is kept.
    const key = [isUnpruned(model) ? '' : path, tables, tables === 'sparse' ? blockWidth : ''].join('\n');
    const one = found.get(key) ?? { path, blockWidth, rows: new Map<DlrmType, number[]>() };
    found.set(key, one);
    one.rows.set(variant, [...(one.rows.get(variant) ?? []), place]);
  });
  return [...found.values()].map(({ path, blockWidth, rows }) => {
    const types = dlrmTypes.filter((type) => rows.has(type));
    return { path, blockWidth, types, rows: types.map((type) => rows.get(type)!) };
  });
}
