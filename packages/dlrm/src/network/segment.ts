import type { DlrmConfig } from '../models/dlrm/config.js';
import { interact, type DenseParameters } from './forward.js';
import type { Ops } from './ops.js';

/** A layer by its MLP and its number in it. */
export interface LayerPlace {
  mlp: 'bottom' | 'top';
  layer: number;
}

/**
 * The forward pass from what enters one layer to what enters another; together the segments between some layers
 * are `forward`.
 *
 * @param from what enters which layer (n, inputs of the layer)
 * @param rows the tables' rows, as for `forward`; needed where the segment leads through the interaction
 * @param to the layer whose input is returned; undefined: the probabilities (n, 1)
 */
export function segment<T>(
  ops: Ops<T>,
  config: DlrmConfig,
  parameters: DenseParameters<T>,
  { from, value: entering, rows, to }: { from: LayerPlace; value: T; rows?: readonly T[]; to?: LayerPlace },
): T {
  let value = entering;
  let { layer } = from;
  if (from.mlp === 'bottom') {
    const end = to?.mlp === 'bottom' ? to.layer : parameters.bottom.length;
    for (; layer < end; layer++) {
      const { weight, bias } = parameters.bottom[layer]!;
      value = ops.relu(ops.linear(value, weight, bias));
    }
    if (to?.mlp === 'bottom') return value;
    value = interact(ops, config, value, rows!).features;
    layer = 0;
  }
  const end = to ? to.layer : parameters.top.length;
  for (; layer < end; layer++) {
    const { weight, bias } = parameters.top[layer]!;
    const output = ops.linear(value, weight, bias);
    value = layer === parameters.top.length - 1 ? ops.sigmoid(output) : ops.relu(output);
  }
  return value;
}

/** Whether a segment leads through the interaction, so that it needs the tables' rows. */
export function needsRows(from: LayerPlace, to: LayerPlace | undefined): boolean {
  return from.mlp === 'bottom' && to?.mlp !== 'bottom';
}
