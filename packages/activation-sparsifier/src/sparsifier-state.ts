import { checkLayerConfig, type LayerConfig, type LayerDefaults } from './layer-config.js';
import { SparsifiedLayer, type HookState } from './sparsified-layer.js';
import { toDense, toSparse, type SparseTensor } from './sparse-tensor.js';
import { checkTensor, copyTensor, type Tensor } from './tensor.js';

/** The state of one layer except its mask. */
export interface LayerState extends LayerConfig {
  /** What its hook does. */
  hookState: HookState;
  /** The aggregate since the last step; a list if the layer has features. */
  data?: Tensor | Tensor[] | undefined;
}

/** The state of a sparsifier, with references to the functions. */
export interface ActivationSparsifierState {
  /** The sparse mask of each layer: a list if it has features, undefined before its first batch. */
  state: Record<string, MaskState>;
  /** The configuration of each layer, what its hook does, and its aggregate. */
  dataGroups: Record<string, LayerState>;
  /** The defaults of all layers. */
  defaults: LayerDefaults;
}

/** The sparse mask of one layer. */
export interface MaskState {
  /** A list if the layer has features; undefined before its first batch. */
  mask: SparseTensor | SparseTensor[] | undefined;
}

/** The parts as the API returns them: a list if the layer has features, otherwise the single tensor. */
export function listOrSingle<Part>(parts: Part[], { features }: LayerDefaults): Part | Part[] {
  return features ? parts : parts[0]!;
}

export function stateOf(
  layers: ReadonlyMap<string, SparsifiedLayer>,
  defaults: LayerDefaults,
): ActivationSparsifierState {
  const state: ActivationSparsifierState = { state: {}, dataGroups: {}, defaults: { ...defaults } };
  for (const [name, { config, hookState, data, mask }] of layers) {
    state.state[name] = { mask: mask && listOrSingle(mask.map(toSparse), config) };
    state.dataGroups[name] = {
      ...config,
      hookState,
      ...(data && { data: listOrSingle(data.map(copyTensor), config) }),
    };
  }
  return state;
}

/** @throws Error if something is missing or inconsistent */
export function layerFromState(
  name: string,
  { state, dataGroups }: ActivationSparsifierState,
): SparsifiedLayer {
  const held = state[name];
  if (!held) throw new Error('its state is missing');
  const { hookState, data, ...config } = dataGroups[name]!;
  if (!['aggregate', 'sparsify', 'none'].includes(hookState)) {
    throw new Error(`hookState: expected aggregate, sparsify or none, found ${String(hookState)}`);
  }
  checkLayerConfig(config);
  const parts = config.features?.length ?? 1;
  const layer = new SparsifiedLayer({ ...config });
  layer.hookState = hookState;
  layer.mask = partsOf('mask', held.mask, parts)?.map(toDense);
  layer.data = partsOf('data', data, parts)?.map((part) => {
    checkTensor('data', part);
    return copyTensor(part);
  });
  if (!layer.mask && (layer.data || hookState === 'sparsify')) throw new Error('its mask is missing');
  return layer;
}

function partsOf<Part>(what: string, given: Part | Part[] | undefined, count: number): Part[] | undefined {
  if (given === undefined) return undefined;
  const parts = Array.isArray(given) ? given : [given];
  if (parts.length !== count)
    throw new Error(`${what}: expected ${count}, one for each part, found ${parts.length}`);
  return parts;
}
