import type { FrontierPoint } from './frontier.js';

/**
 * The smallest of some models that lose at most a share of their ROC AUC, by their validation split: what they lose on the
 * test split is then no matter of choice. Where seeds differ, the models of one seed are compared.
 *
 * @param maxAucLoss the share, such as 0.001
 * @returns undefined where each loses more
 */
export function smallestWithin(
  models: readonly FrontierPoint[],
  maxAucLoss: number,
): FrontierPoint | undefined {
  const [first] = models;
  const within = models.filter((model) => model.seed === first!.seed && relativeLoss(model) <= maxAucLoss);
  return within.sort((a, b) => a.tableBytes - b.tableBytes || relativeLoss(a) - relativeLoss(b))[0];
}

/** The share of its ROC AUC that a model loses on the validation split; negative where it gains. */
export function relativeLoss({ validationRocAuc, validationAucChange }: FrontierPoint): number {
  return -validationAucChange / (validationRocAuc - validationAucChange);
}
