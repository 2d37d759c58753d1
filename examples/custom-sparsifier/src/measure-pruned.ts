import {
  binaryClassificationMetrics,
  Dlrm,
  embeddingTableNames,
  evaluate,
  type BinaryClassificationMetrics,
  type LabelledDataset,
  type StateDict,
  type Tensor,
} from '@ds/dlrm';

/** Prunes named tables in place; `index` is the position of a table among the categorical features. */
export type Prune = (tables: readonly { name: string; table: Tensor; index: number }[]) => void;

/** The quality of a model with pruned tables; the model itself is not changed. */
export async function measurePruned(
  stateDict: StateDict,
  test: LabelledDataset,
  prune: Prune,
): Promise<BinaryClassificationMetrics> {
  const pruned = { ...stateDict };
  const tables = embeddingTableNames(stateDict).map((name, index) => {
    const { data, shape } = stateDict[name]!;
    const table = { data: data.slice(), shape };
    pruned[name] = table;
    return { name, table, index };
  });
  prune(tables);
  const model = await Dlrm.fromStateDict(pruned);
  try {
    const { labels, scores } = await evaluate({ model, dataset: test });
    return binaryClassificationMetrics(labels, scores);
  } finally {
    await model.dispose();
  }
}
