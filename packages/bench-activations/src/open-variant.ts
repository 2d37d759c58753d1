import { applyMask, type Tensor } from '@ds/activation-sparsifier';
import type { ActivationVariant } from '@ds/bench-models';
import { foldMask, type Dlrm, type DlrmBatch, type EngineChoice } from '@ds/dlrm';
import { zLayer } from './column-statistics.js';

/** A model without some columns of z, ready to run. */
export interface OpenVariant {
  /** Probabilities (n). */
  forward(batch: DlrmBatch): Promise<Float32Array>;
  /** Restores the model from which it was made. */
  close(): Promise<void>;
}

/** How each variant is made from a model, a mask on z, (width), and the means of its columns, (width). */
const openers: Record<
  ActivationVariant,
  (model: Dlrm, mask: Tensor, means: Float32Array, options: RunOptions) => Promise<OpenVariant>
> = {
  async masked(model, mask) {
    const hook = model.registerForwardPreHook(zLayer, (z) => applyMask(z, mask));
    return { forward: (batch) => model.forward(batch), close: async () => hook.remove() };
  },
  folded: async (model, mask, _, options) => folded(await foldMask(model, mask, options)),
  folded_means: async (model, mask, means, options) =>
    folded(await foldMask(model, mask, { ...options, means })),
};

interface RunOptions {
  engine: EngineChoice | undefined;
  threads: number | undefined;
}

/** Opens a variant of a model. Until it is closed, the model itself must not be run. */
export function openVariant({
  variant,
  model,
  mask,
  means,
  ...options
}: RunOptions & {
  variant: ActivationVariant;
  model: Dlrm;
  mask: Tensor;
  means: Float32Array;
}): Promise<OpenVariant> {
  return openers[variant](model, mask, means, options);
}

function folded(small: Dlrm): OpenVariant {
  return { forward: (batch) => small.forward(batch), close: () => small.dispose() };
}
