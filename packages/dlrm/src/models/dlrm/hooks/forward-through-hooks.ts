import { denseLayers, type DlrmConfig } from '../config.js';
import type { ModuleInput, Network, NetworkInput } from '../../../engines/engine.js';
import type { LayerHooks } from './layer-hooks.js';

/** The forward pass in sections between the hooked layers, whose inputs the hooks may replace. */
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
  const { bottom, top } = denseLayers(config);
  let from: ModuleInput | undefined;
  for (const { name, inputs } of [...bottom, ...top]) {
    if (!hooks.hookedLayers.includes(name)) continue;
    const layerInput =
      name === bottom[0]!.name ? input.dense : await network.forward(input, { from, to: name });
    from = { module: name, values: hooks.apply(name, layerInput, inputs) };
  }
  return network.forward(input, { from });
}
