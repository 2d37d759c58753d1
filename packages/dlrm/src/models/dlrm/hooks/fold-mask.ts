import type { Tensor } from '@ds/activation-sparsifier';
import { denseLayers } from '../config.js';
import { Dlrm, type DlrmOptions } from '../dlrm.js';
import type { EngineName } from '../../../engines/open-engine.js';
import { isPlainDot } from '../interactions/interactions.js';
import { keptFeaturesName } from './kept-features.js';

/** Options of `foldMask`. */
export interface FoldOptions extends DlrmOptions {
  /**
   * The mean of each column of z, (topMlp[0]), over some examples. Dropped columns are then replaced by their mean, by
   * adjusting the bias of the first top layer. Default: they are replaced by 0, like with the mask.
   */
  means?: Float32Array | undefined;
}

/**
 * Makes a smaller model without the columns of z (the input of `top_l.0`) that a mask drops. It gives the same
 * probabilities as the masked model. The dropped columns of the first top layer's weight are removed, and the products of
 * their pairs are never computed. The tables are shared with the original model; hooks stay on the original model.
 *
 * @param mask (topMlp[0]) or (1, topMlp[0]), such as that of an `ActivationSparsifier`: 0 drops a column, any other number
 *   multiplies it
 * @throws Error if the mask or the means have another width or values that are not finite, or if no column is left
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
    throw new Error('a mask can be folded only into the interaction dot; this model has another one');
  }
  if (places.length === 0)
    throw new Error(`mask: all ${width} columns of z are dropped; at least one must be kept`);

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
