import { methodOf, modelTitle } from '../../methods/methods.js';
import type { FrontierPoint } from './frontier.js';

/** A model of the frontier over all seeds: means, and the spread if there are several seeds. */
export interface FrontierSummary extends FrontierPoint {
  /** Number of seeds. */
  seeds: number;
  /** Standard deviation of the change of ROC AUC over the seeds; missing for a single seed. */
  aucChangeSpread?: number;
}

const averaged = [
  ...(['tableBytes', 'bytesPerRow', 'memoryRatio', 'rocAuc', 'aucChange', 'aucChangeLower'] as const),
  ...(['aucChangeUpper', 'logLoss', 'logLossChange', 'validationRocAuc', 'validationAucChange'] as const),
];
const averagedIfTrained = [
  ...(['trainedAucChange', 'trainedAucChangeLower', 'trainedAucChangeUpper'] as const),
  ...(['trainedBaseAucChange', 'trainedTableBytes'] as const),
];
/** Means of these are known only if all are. */
const times = ['lookupNs', 'compressSeconds', 'calibrationSeconds'] as const;

/** The distinct models of the frontier, with means over several seeds. */
export function frontierSummaries(points: readonly FrontierPoint[]): FrontierSummary[] {
  const models = new Map<string, FrontierPoint[]>();
  for (const point of points) {
    // The level for a ratio differs between seeds.
    const { wantedRatio } = point;
    const model = wantedRatio === undefined ? modelTitle(point) : `${methodOf(point).id} ${wantedRatio}`;
    models.set(model, [...(models.get(model) ?? []), point]);
  }
  return [...models.values()].map((of) => {
    const isTrained = of[0]!.trainedEpochs !== undefined;
    const known = times.filter((time) => of.every((point) => point[time] !== undefined));
    const fields = [...averaged, ...(isTrained ? averagedIfTrained : []), ...known];
    const mean = (field: (typeof fields)[number]) =>
      of.reduce((sum, point) => sum + point[field]!, 0) / of.length;
    const means = Object.fromEntries(fields.map((field) => [field, mean(field)])) as unknown as FrontierPoint;
    const common = Object.entries(of[0]!).filter(([field]) => !times.some((time) => time === field));
    const summary = {
      ...(Object.fromEntries(common) as unknown as FrontierPoint),
      ...means,
      seeds: of.length,
    };
    if (of.length === 1) return summary;
    const squares = of.reduce((sum, { aucChange }) => sum + (aucChange - summary.aucChange) ** 2, 0);
    return { ...summary, aucChangeSpread: Math.sqrt(squares / (of.length - 1)) };
  });
}

/** The models that no other model beats in both bytes and ROC AUC on the validation split, smallest tables last. */
export function paretoModels<Model extends FrontierPoint>(models: readonly Model[]): Model[] {
  const bySize = [...models].sort(
    (a, b) => a.tableBytes - b.tableBytes || b.validationAucChange - a.validationAucChange,
  );
  let best = -Infinity;
  return bySize
    .filter(({ validationAucChange }) => {
      const isBetter = validationAucChange > best;
      if (isBetter) best = validationAucChange;
      return isBetter;
    })
    .reverse();
}
