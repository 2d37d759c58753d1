import { kaggleDlrmConfig, type LabelledBatch } from '@ds/dlrm';

/** A tenth of the rows of each of the Kaggle model's tables, but at least one. */
export const tenthOfKaggle: readonly number[] = kaggleDlrmConfig.tableRows.map((rows) =>
  Math.max(1, Math.round(rows / 10)),
);

/** A batch that looks up random rows. */
export function randomBatch(size: number, tableRows: readonly number[]): LabelledBatch {
  let state = 1;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const tables = tableRows.length;
  return {
    dense: Float32Array.from({ length: size * 13 }, () => Math.log(1 + Math.floor(1000 * random()))),
    sparse: Int32Array.from({ length: size * tables }, (_, at) =>
      Math.floor(random() * tableRows[at % tables]!),
    ),
    labels: Float32Array.from({ length: size }, () => Math.floor(2 * random())),
  };
}
