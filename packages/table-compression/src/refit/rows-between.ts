import { examplesBetween, type LabelledDataset } from '@ds/dlrm';

/** The rows `from` to before `to` of a data set, in its order. */
export function rowsBetween(dataset: LabelledDataset, from: number, to: number): LabelledDataset {
  return {
    length: to - from,
    async *batches({ batchSize }) {
      let first = 0;
      for await (const batch of dataset.batches({ batchSize })) {
        const end = first + batch.labels.length;
        if (end > from && first < to) {
          yield examplesBetween(batch, Math.max(0, from - first), Math.min(end, to) - first);
        }
        first = end;
      }
    },
  };
}
