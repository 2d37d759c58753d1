import type { LabelledBatch, LabelledDataset } from '@ds/dlrm';

/** The rows `from` to before `to` of a data set, in its order. */
export function rowsBetween(dataset: LabelledDataset, from: number, to: number): LabelledDataset {
  return {
    length: to - from,
    async *batches({ batchSize }) {
      let first = 0;
      for await (const batch of dataset.batches({ batchSize })) {
        const end = first + batch.labels.length;
        if (end > from && first < to) {
          yield part(batch, Math.max(0, from - first), Math.min(end, to) - first);
        }
        first = end;
      }
    },
  };
}

function part({ dense, sparse, labels }: LabelledBatch, from: number, to: number): LabelledBatch {
  const of = <Values extends Float32Array | Int32Array>(values: Values) => {
    const width = values.length / labels.length;
    return values.slice(from * width, to * width) as Values;
  };
  return { dense: of(dense), sparse: of(sparse), labels: of(labels) };
}
