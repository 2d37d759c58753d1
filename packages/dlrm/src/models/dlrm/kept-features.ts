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
