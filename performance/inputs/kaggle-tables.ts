import { kaggleDlrmConfig } from '@ds/dlrm';

/** The embedding tables of the Kaggle model with `share` of their rows (at least one), filled like the original's initialisation. */
export function kaggleTables(share: number): { name: string; data: Float32Array; shape: [number, number] }[] {
  let state = 1;
  return kaggleDlrmConfig.tableRows.map((kaggleRows, index) => {
    const rows = Math.max(1, Math.round(kaggleRows * share));
    const bound = Math.sqrt(1 / rows);
    const data = new Float32Array(new SharedArrayBuffer(4 * rows * kaggleDlrmConfig.embeddingDim));
    for (let i = 0; i < data.length; i++) {
      // A linear congruential generator is random enough for timing a selection.
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      data[i] = bound * (state / 2 ** 31 - 1);
    }
    return { name: `emb_l.${index}.weight`, data, shape: [rows, kaggleDlrmConfig.embeddingDim] };
  });
}
