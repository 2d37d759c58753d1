import type { FrontierPoint } from './frontier.js';

/**
 * The smallest model that loses at most a fraction of its ROC AUC on the validation split, so that the test split plays no
 * part in the choice. With several seeds, the models of one seed are compared.
 *
 * @param maxAucLoss the fraction, such as 0.001
 * @returns undefined if every model loses more
 */
export function smallestWithin(
  models: readonly FrontierPoint[],
  maxAucLoss: number,
): FrontierPoint | undefined {
  const [first] = models;
  const within = models.filter((model) => model.seed === first!.seed && relativeLoss(model) <= maxAucLoss);
  return within.sort((a, b) => a.tableBytes - b.tableBytes || relativeLoss(a) - relativeLoss(b))[0];
}

/** The fraction of its ROC AUC that a model loses on the validation split; negative if it gains. */
export function relativeLoss({ validationRocAuc, validationAucChange }: FrontierPoint): number {
  return -validationAucChange / (validationRocAuc - validationAucChange);
}
