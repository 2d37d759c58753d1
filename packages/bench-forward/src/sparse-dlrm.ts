import type { CriteoBatch } from '@ds/criteo-data';
import type { Dlrm } from '@ds/dlrm';
import { multiplyCoo, toCoo } from './coo-matrix.js';

/**
 * The original's SparseDLRM (`dlrm_utils.py` of its benchmarks): the features that enter the top MLP are converted to a
 * sparse COO matrix, which is multiplied by the first top layer's weight; all other layers are the model's own.
 */
export class SparseDlrm {
  readonly #dlrm: Dlrm;
  /** The first top layer's weight, transposed to (inputs, outputs) so that the product reads whole rows. */
  readonly #weight: { data: Float32Array; shape: [inputs: number, outputs: number] };
  readonly #bias: Float32Array;

  /** Copies the model's first top layer; the rest stays with the model. */
  constructor(dlrm: Dlrm) {
    const parameters = dlrm.stateDict();
    const { data, shape } = parameters['top_l.0.weight']!;
    const [outputs, inputs] = shape as [number, number];
    const transposed = new Float32Array(data.length);
    for (let output = 0; output < outputs; output++) {
      for (let input = 0; input < inputs; input++) {
        transposed[input * outputs + output] = data[output * inputs + input]!;
      }
    }
    this.#dlrm = dlrm;
    this.#weight = { data: transposed, shape: [inputs, outputs] };
    this.#bias = parameters['top_l.0.bias']!.data;
  }

  /** Probabilities (n), equal to those of the dense pass except for the order of float32 sums. */
  async forward(batch: Pick<CriteoBatch, 'dense' | 'sparse'>): Promise<Float32Array> {
    const features = await this.#dlrm.forwardBetween({ batch, to: 'top_l.0' }); // (n, inputs)
    const inputs = this.#weight.shape[0];
    const sparse = toCoo(features, [features.length / inputs, inputs]);
    const values = multiplyCoo(sparse, this.#weight, this.#bias);
    return this.#dlrm.forwardBetween({ from: { module: 'top_l.1', values } });
  }
}
