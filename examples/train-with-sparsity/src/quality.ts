import { binaryClassificationMetrics, Dlrm, evaluate, type LabelledDataset, type StateDict } from '@ds/dlrm';

/** The quality of a model or a state dict as a table cell: ROC AUC / log loss. */
export async function quality(model: Dlrm | StateDict, dataset: LabelledDataset): Promise<string> {
  if (!(model instanceof Dlrm)) {
    const opened = await Dlrm.fromStateDict(model);
    try {
      return await quality(opened, dataset);
    } finally {
      await opened.dispose();
    }
  }
  const { labels, scores } = await evaluate({ model, dataset });
  const { rocAuc, logLoss } = binaryClassificationMetrics(labels, scores);
  return `${rocAuc?.toFixed(4)} / ${logLoss?.toFixed(4)}`;
}
