import type { Tensor } from '@ds/tensor-files';

/** The tensor in a state dict with the features that a folded model keeps (`keptFeatures` of its config). */
export const keptFeaturesName = 'interaction.kept_features';

/** The fields of a config that determine the features. */
interface FeatureSizes {
  embeddingDim: number;
  tableRows: readonly number[];
  keptFeatures?: readonly number[] | undefined;
}

/** The parts of the top MLP's input. */
export interface FeatureParts {
  /** Columns of the bottom MLP's output, ascending. */
  bottomColumns: number[];
  /** Pairs of vectors whose products follow: a row and a column of the strictly lower triangle. */
  pairs: { row: number; column: number }[];
}

/** The parts of the interaction's output in a model: those of `keptFeatures`, or all. */
export function featureParts(config: FeatureSizes): FeatureParts {
  const { embeddingDim: dim, tableRows } = config;
  const all: FeatureParts['pairs'] = [];
  for (let row = 1; row <= tableRows.length; row++) {
    for (let column = 0; column < row; column++) all.push({ row, column });
  }
  const kept = config.keptFeatures ?? Array.from({ length: dim + all.length }, (_, feature) => feature);
  return {
    bottomColumns: kept.filter((feature) => feature < dim),
    pairs: kept.filter((feature) => feature >= dim).map((feature) => all[feature - dim]!),
  };
}

/**
 * The tables whose rows a forward pass looks up, ascending: all tables, or those with a remaining pair in a model that has
 * only some features.
 */
export function usedTables(config: FeatureSizes): number[] {
  if (!config.keptFeatures) return Array.from(config.tableRows.keys());
  const vectors = featureParts(config).pairs.flatMap(({ row, column }) => [row, column]);
  const tables = new Set(vectors.filter((vector) => vector > 0).map((vector) => vector - 1));
  return [...tables].sort((one, other) => one - other);
}

/** `featureParts` with the vectors numbered without those of unused tables. */
export function usedFeatureParts(config: FeatureSizes): FeatureParts {
  const { bottomColumns, pairs } = featureParts(config);
  const places = new Map(
    [0, ...usedTables(config).map((table) => table + 1)].map((vector, at) => [vector, at]),
  );
  return {
    bottomColumns,
    pairs: pairs.map(({ row, column }) => ({ row: places.get(row)!, column: places.get(column)! })),
  };
}

/** @throws Error if these are not ascending features of an interaction of `width` */
export function checkKeptFeatures(kept: readonly number[], width: number, what: string): void {
  if (kept.length === 0) throw new Error(`${what}: expected at least one feature, found none`);
  kept.forEach((feature, place) => {
    const least = place === 0 ? 0 : kept[place - 1]! + 1;
    if (!(Number.isSafeInteger(feature) && feature >= least && feature < width)) {
      throw new Error(
        `${what}: expected ascending whole numbers from 0 to ${width - 1}, found ${feature} in place ${place}`,
      );
    }
  });
}

/** The kept features as a tensor for a state dict. */
export function keptFeaturesTensor(kept: readonly number[]): Tensor {
  return { data: Float32Array.from(kept), shape: [kept.length] };
}
