import type { Tensor } from '@ds/activation-sparsifier';
import type { ModelState } from '@ds/tensor-files';
import { denseLayers, type DlrmConfig, type LayerNames } from '../config.js';
import { Dlrm, type DlrmOptions } from '../dlrm.js';
import type { EngineName } from '../../../engines/open-engine.js';
import { isPlainDot } from '../interactions/interactions.js';
import { keptFeaturesName, keptFeaturesTensor } from './kept-features.js';

/** Options of `foldMask`. */
export interface FoldOptions extends DlrmOptions {
  /** The layer whose input the mask is for, one of `layerNames` except the first. Default: `top_l.0`, whose input is z. */
  layer?: string | undefined;
  /**
   * The mean of each column of the layer's input over some examples. Dropped columns are then replaced by their mean, by
   * adjusting the bias of the layer. Default: they are replaced by 0, like with the mask.
   */
  means?: Float32Array | undefined;
}

/**
 * Makes a smaller model without the columns of a layer's input that a mask drops. It gives the same probabilities as the
 * masked model. The dropped columns of the layer's weight are removed. So is what computes them: the products of their pairs
 * before `top_l.0`, the outputs of the layer before another one. The tables are shared with the original model; hooks stay
 * on the original model.
 *
 * @param mask (inputs of the layer) or (1, inputs), such as that of an `ActivationSparsifier`: 0 drops a column, any other
 *   number multiplies it
 * @throws Error if there is no such layer, the mask or the means have another width or values that are not finite, or no
 *   column is left
 */
export async function foldMask(
  model: Dlrm,
  mask: Tensor,
  { layer = 'top_l.0', means, ...options }: FoldOptions = {},
): Promise<Dlrm> {
  const { config } = model;
  const { own, before } = layerAndItsInput(config, layer);
  const { inputs: width, outputs } = own;
  const input = before ? `the input of ${layer}` : 'z';
  checkColumns('mask', mask.data, width, input);
  if (mask.data.length !== mask.shape.at(-1)) {
    throw new Error(
      `mask: expected the shape (${width}), one for all examples, found (${mask.shape.join(', ')})`,
    );
  }
  if (means) checkColumns('means', means, width, input);
  const places = Int32Array.from(mask.data.keys()).filter((column) => mask.data[column] !== 0);
  if (!before && !isPlainDot(config)) {
    throw new Error('a mask can be folded only into the interaction dot; this model has another one');
  }
  if (places.length === 0) {
    throw new Error(`mask: all ${width} columns of ${input} are dropped; at least one must be kept`);
  }

  const state = model.modelState();
  const { data: oldWeight } = state[own.weight] as Tensor;
  const newWeight = new Float32Array(outputs * places.length);
  const newBias = Float32Array.from((state[own.bias] as Tensor).data);
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
  return Dlrm.fromStateDict(
    {
      ...state,
      [own.weight]: { data: newWeight, shape: [outputs, places.length] },
      [own.bias]: { data: newBias, shape: [outputs] },
      ...(before ? outputsOf(before, places, state) : keptFeatures(places, config)),
    },
    {
      metadata: model.metadata,
      engine: `${model.engine.name}:${model.engine.device}` as EngineName,
      ...options,
    },
  );
}

/** A layer, and the layer whose outputs it takes; none for `top_l.0`, which takes the interaction's. */
function layerAndItsInput(config: DlrmConfig, name: string): { own: LayerNames; before?: LayerNames } {
  const { bottom, top } = denseLayers(config);
  for (const layers of [bottom, top]) {
    const place = layers.findIndex((layer) => layer.name === name);
    if (place > 0) return { own: layers[place]!, before: layers[place - 1]! };
    if (place === 0 && layers === top) return { own: top[0]! };
  }
  const known = [...bottom.slice(1), ...top].map((layer) => layer.name).join(', ');
  throw new Error(`layer: expected one of ${known}, found ${name}`);
}

/** The weight and the bias of a layer that has only some of its outputs. */
function outputsOf({ weight, bias, inputs }: LayerNames, places: Int32Array, state: ModelState): ModelState {
  const [oldWeight, oldBias] = [state[weight] as Tensor, state[bias] as Tensor];
  const data = new Float32Array(places.length * inputs);
  places.forEach((output, place) => {
    data.set(oldWeight.data.subarray(output * inputs, (output + 1) * inputs), place * inputs);
  });
  return {
    [weight]: { data, shape: [places.length, inputs] },
    [bias]: { data: Float32Array.from(places, (output) => oldBias.data[output]!), shape: [places.length] },
  };
}

function keptFeatures(places: Int32Array, config: DlrmConfig): ModelState {
  return {
    [keptFeaturesName]: keptFeaturesTensor(
      Array.from(places, (column) => config.keptFeatures?.[column] ?? column),
    ),
  };
}

function checkColumns(what: string, values: Float32Array, width: number, input: string): void {
  if (values.length !== width) {
    throw new Error(
      `${what}: expected ${width} values, one for each column of ${input}, found ${values.length}`,
    );
  }
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new Error(
      `${what}: expected finite numbers, found ${values[wrong]} for column ${wrong} of ${input}`,
    );
  }
}
