import type { ActivationSparsity } from '@ds/bench-models';
import type { CriteoDataset } from '@ds/criteo-data';
import { evaluate, pairedAucDifference, type DlrmBatch } from '@ds/dlrm';
import { binaryClassificationMetrics, type BinaryClassificationMetrics } from '@ds/dlrm/metrics';

/** A model's score for every example, and their quality. */
export interface Quality {
  labels: Float32Array;
  scores: Float32Array;
  metrics: BinaryClassificationMetrics;
}

/** @throws Error if a score is not a number */
export async function qualityOf(
  model: { forward(batch: DlrmBatch): Promise<Float32Array> },
  dataset: CriteoDataset,
  batchSize: number,
): Promise<Quality> {
  const { labels, scores } = await evaluate({ model, dataset, batchSize });
  return { labels, scores, metrics: binaryClassificationMetrics(labels, scores) };
}

/** The columns of a row on a model's quality and its difference from the dense model's. */
export function qualityColumns(
  { labels, scores, metrics }: Quality,
  dense: Quality,
): Pick<
  ActivationSparsity,
  | 'rocAuc'
  | 'logLoss'
  | 'accuracy'
  | 'rocAucChange'
  | 'rocAucChangeError'
  | 'logLossChange'
  | 'accuracyChange'
> {
  const { rocAuc, logLoss, accuracy } = metrics;
  const bothClasses = logLoss !== undefined && dense.metrics.logLoss !== undefined;
  return {
    rocAuc,
    logLoss,
    accuracy,
    ...(bothClasses && aucChange(labels, dense.scores, scores)),
    ...(bothClasses && { logLossChange: logLoss - dense.metrics.logLoss! }),
    accuracyChange: accuracy - dense.metrics.accuracy,
  };
}

/** Does not throw if a class has only one example. */
function aucChange(labels: Float32Array, dense: Float32Array, scores: Float32Array) {
  const positives = labels.reduce((sum, label) => sum + label, 0);
  if (Math.min(positives, labels.length - positives) < 2) return {};
  const { difference, standardError } = pairedAucDifference(labels, dense, scores);
  return { rocAucChange: difference, rocAucChangeError: standardError };
}
