import type { Dlrm, DlrmBatch, ModelState, Tensor } from '@ds/dlrm';

// Enough for the outputs for the test split of Kaggle's data, 3.3 M rows of 16.
const maxBytes = 1 << 28;

/**
 * Computes the bottom MLP once for all models that have the same one, because the models of a benchmark differ only in
 * their tables. Each model must be given the same batches in the same order.
 */
export class SharedBottom {
  readonly #outputs: Float32Array[] = [];
  #bytes = 0;
  #layers: Tensor[] | undefined;

  /** The model for one pass over the batches. */
  model(dlrm: Dlrm, state: ModelState): { forward(batch: DlrmBatch): Promise<Float32Array> } {
    const layers = bottomLayers(state);
    if (!this.#layers || !areEqual(layers, this.#layers)) {
      // Copied, because the model's arrays may be views of the whole file, which would stay in memory.
      this.#layers = layers.map(({ data, shape }) => ({ data: data.slice(), shape }));
      this.#outputs.length = 0;
      this.#bytes = 0;
    }
    let next = 0;
    return {
      forward: async (batch) => {
        const bottomOutput = this.#outputs[next] ?? (await dlrm.forwardBetween({ batch, to: 'interaction' }));
        this.#keep(next++, bottomOutput);
        return dlrm.forwardBetween({ batch, from: { module: 'interaction', values: bottomOutput } });
      },
    };
  }

  #keep(place: number, output: Float32Array): void {
    if (place !== this.#outputs.length || this.#bytes + output.byteLength > maxBytes) return;
    this.#outputs.push(output);
    this.#bytes += output.byteLength;
  }
}

function bottomLayers(state: ModelState): Tensor[] {
  return Object.entries(state).flatMap(([name, tensor]) =>
    name.startsWith('bot_l.') && 'data' in tensor ? [tensor] : [],
  );
}

function areEqual(layers: readonly Tensor[], others: readonly Tensor[]): boolean {
  const bytesOf = ({ data }: Tensor) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return (
    layers.length === others.length &&
    layers.every(
      (layer, i) => `${layer.shape}` === `${others[i]!.shape}` && bytesOf(layer).equals(bytesOf(others[i]!)),
    )
  );
}
