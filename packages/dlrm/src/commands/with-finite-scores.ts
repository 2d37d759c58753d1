import { nonFiniteValue } from '@ds/tensor-files';
import type { DlrmBatch } from '../models/dlrm/batch.js';
import type { Dlrm } from '../models/dlrm/dlrm.js';

/**
 * A loaded model, except that a score that is not a number is an error.
 *
 * @throws Error from `forward` naming the checkpoint, and the value of a tensor from which such a score comes
 */
export function withFiniteScores(
  model: Dlrm,
  modelPath: string,
): { forward(batch: DlrmBatch): Promise<Float32Array> } {
  return {
    async forward(batch) {
      const scores = await model.forward(batch);
      const wrong = scores.find((score) => !Number.isFinite(score));
      if (wrong === undefined) return scores;
      const fault =
        nonFiniteValue(model.modelState()) ??
        `expected finite scores, found ${wrong} although its values are finite`;
      throw new Error(`${modelPath}: ${fault}`);
    },
  };
}
