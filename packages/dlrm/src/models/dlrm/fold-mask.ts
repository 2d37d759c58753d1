import type { Tensor } from '@ds/activation-sparsifier';
import { denseLayers } from './config.js';
import { Dlrm, type DlrmOptions } from './dlrm.js';
import type { EngineName } from '../../engines/open-engine.js';
import { isPlainDot } from './interactions/interactions.js';
import { keptFeaturesName } from './kept-features.js';

/** What `foldMask` does beside dropping the masked columns. */
export interface FoldOptions extends DlrmOptions {
  /**
   * The mean of each column of z, (topMlp[0]), over some examples: what the mask drops is then replaced by its mean,
   * through the bias of the first top layer, in place of 0. Default: by 0, as the mask does.
   */
  means?: Float32Array | undefined;
}

/**
 * The model without what a mask on z, the input of `top_l.0`, drops: a smaller model that gives the same
 * probabilities as the masked one. The dropped columns of the first top layer's weight are gone, and the products
 * of the pairs are never computed. The tables are the model's own, by reference; hooks stay with the model.
 *
 * @param mask (topMlp[0]) or (1, topMlp[0]), as an `ActivationSparsifier` makes it: 0 drops a column, any other number
 *   multiplies it
 * @throws Error when the mask or the means have another width or values that are not finite, or when nothing is left
 */
export async function foldMask(
  model: Dlrm,
  mask: Tensor,
  { means, ...options }: FoldOptions = {},
): Promise<Dlrm> {
  const { config } = model;
  const width = config.topMlp[0]!;
  checkColumns('mask', mask.data, width);
  if (mask.data.length !== mask.shape.at(-1)) {
    throw new Error(
      `mask: expected the shape (${width}), one for all examples, found (${mask.shape.join(', ')})`,
    );
  }
  if (means) checkColumns('means', means, width);
  const places = Int32Array.from(mask.data.keys()).filter((column) => mask.data[column] !== 0);
  if (!isPlainDot(config)) {
    throw new Error('a mask folds into the interaction dot alone; this model has another one');
  }
  if (places.length === 0)
    throw new Error(`mask: all ${width} columns of z are dropped, nothing is left to predict from`);

  const state = model.modelState();
  const { weight, bias, outputs } = denseLayers(config).top[0]!;
  const { data: oldWeight } = state[weight] as Tensor;
  const newWeight = new Float32Array(outputs * places.length);
  const newBias = Float32Array.from((state[bias] as Tensor).data);
  for (let output = 0; output < outputs; output++) {
    const row = oldWeight.subarray(output * width, (output + 1) * width);
    places.forEach((column, place) => {
      newWeight[output * places.length + place] = row[column]! * mask.data[column]!;
    });
    if (!means) continue;
    let dropped = 0;
    for (let column = 0; column < width; column++) {
      dropped += row[column]! * (1 - mask.data[column]!) * means[column]!;
    }
    newBias[output]! += dropped;
  }
  const kept = Float32Array.from(places, (column) => config.keptFeatures?.[column] ?? column);
  return Dlrm.fromStateDict(
    {
      ...state,
      [weight]: { data: newWeight, shape: [outputs, places.length] },
      [bias]: { data: newBias, shape: [outputs] },
      [keptFeaturesName]: { data: kept, shape: [places.length] },
    },
    {
      metadata: model.metadata,
      engine: `${model.engine.name}:${model.engine.device}` as EngineName,
      ...options,
    },
  );
}

function checkColumns(what: string, values: Float32Array, width: number): void {
  if (values.length !== width) {
    throw new Error(`${what}: expected ${width} values, one for each column of z, found ${values.length}`);
  }
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0)
    throw new Error(`${what}: expected finite numbers, found ${values[wrong]} for column ${wrong} of z`);
}
