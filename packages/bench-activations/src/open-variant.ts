import { applyMask, type Tensor } from '@ds/activation-sparsifier';
import type { ActivationVariant } from '@ds/bench-models';
import { foldMask, type Dlrm, type DlrmBatch, type EngineChoice } from '@ds/dlrm';

/** Which columns of a layer's input go, and what may take their place. */
export interface LayerMask {
  /** One of the model's layers, but not the first. */
  layer: string;
  /** (inputs of the layer) of 0 and 1 */
  mask: Tensor;
  /** Of the columns, (inputs of the layer). */
  means: Float32Array;
}

/** A model without some activations, ready to run. */
export interface OpenVariant {
  /** Probabilities (n). */
  forward(batch: DlrmBatch): Promise<Float32Array>;
  /** Restores the model from which it was made. */
  close(): Promise<void>;
}

/** How each variant is made from a model and masks. */
const openers: Record<
  ActivationVariant,
  (model: Dlrm, masks: readonly LayerMask[], options: RunOptions) => Promise<OpenVariant>
> = {
  async masked(model, masks) {
    const hooks = masks.map(({ layer, mask }) =>
      model.registerForwardPreHook(layer, (input) => applyMask(input, mask)),
    );
    return {
      forward: (batch) => model.forward(batch),
      close: async () => hooks.forEach((hook) => hook.remove()),
    };
  },
  folded: (model, masks, options) =>
    folded(
      model,
      masks.map(({ layer, mask }) => ({ layer, mask })),
      options,
    ),
  folded_means: folded,
};

interface RunOptions {
  engine: EngineChoice | undefined;
  threads: number | undefined;
}

/** Opens a variant of a model. Until it is closed, the model itself must not be run. */
export function openVariant({
  variant,
  model,
  masks,
  ...options
}: RunOptions & {
  variant: ActivationVariant;
  model: Dlrm;
  /** At least one, each for another layer. */
  masks: readonly LayerMask[];
}): Promise<OpenVariant> {
  return openers[variant](model, masks, options);
}

/** A smaller model, with means in place of what goes where they are given. */
async function folded(
  model: Dlrm,
  masks: readonly (Omit<LayerMask, 'means'> & Partial<LayerMask>)[],
  options: RunOptions,
): Promise<OpenVariant> {
  let small = model;
  for (const { layer, mask, means } of masks) {
    const before = small;
    small = await foldMask(before, mask, { ...options, layer, means });
    if (before !== model) await before.dispose();
  }
  return { forward: (batch) => small.forward(batch), close: () => small.dispose() };
}
