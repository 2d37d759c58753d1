import type { Tensor } from '@ds/tensor-files';

/** Where a state dict says which features a folded model has kept (`keptFeatures` of its config). */
export const keptFeaturesName = 'interaction.kept_features';

/** What of a config decides which features there are. */
interface FeatureSizes {
  embeddingDim: number;
  tableRows: readonly number[];
  keptFeatures?: readonly number[] | undefined;
}

/** What enters the top MLP, by what it is made of. */
export interface FeatureParts {
  /** Columns of the bottom MLP's output, ascending. */
  bottomColumns: number[];
  /** Pairs of vectors whose products come after them: a row and a column of the strictly lower triangle. */
  pairs: { row: number; column: number }[];
}

/** The parts of the interaction's output that a model has: those of `keptFeatures`, or all. */
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

/** @throws Error when these are no ascending features of an interaction of `width` */
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

/** The kept features as they stand in a state dict. */
export function keptFeaturesTensor(kept: readonly number[]): Tensor {
  return { data: Float32Array.from(kept), shape: [kept.length] };
}
