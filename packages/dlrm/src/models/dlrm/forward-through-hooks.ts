import { denseLayers, layerNames, type DlrmConfig } from './config.js';
import type { EnteringLayer, Network, NetworkInput } from '../../engines/engine.js';
import type { LayerHooks } from './layer-hooks.js';
import type { LayerPlace } from '../../network/segment.js';

/** The forward pass in segments between the hooked layers, whose input the hooks see and may replace. */
export async function forwardThroughHooks({
  config,
  network,
  hooks,
  input,
}: {
  config: DlrmConfig;
  network: Network;
  hooks: LayerHooks;
  input: NetworkInput;
}): Promise<Float32Array> {
  let from: EnteringLayer | undefined;
  for (const name of hooks.hookedLayers) {
    const place = placeOf(config, name);
    const isFirst = place.mlp === 'bottom' && place.layer === 0;
    const entering = isFirst ? input.dense : await network.segment(input, { from, to: place });
    const { inputs } = denseLayers(config)[place.mlp][place.layer]!;
    from = { place, values: hooks.apply(name, entering, inputs) };
  }
  return network.segment(input, { from });
}

function placeOf(config: DlrmConfig, name: string): LayerPlace {
  const index = layerNames(config).indexOf(name);
  const bottom = denseLayers(config).bottom.length;
  return index < bottom ? { mlp: 'bottom', layer: index } : { mlp: 'top', layer: index - bottom };
}
