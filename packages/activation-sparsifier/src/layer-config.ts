import type { Tensor } from './tensor.js';

/** Takes a batch into what was aggregated over the batches before it; the first time that is zeros like the input. */
export type AggregateFunction = (aggregated: Tensor, input: Tensor) => Tensor;

/** Makes of the aggregate what the mask is decided by, as a rule without the dimension of the examples. */
export type ReduceFunction = (aggregated: Tensor) => Tensor;

/** The mask for reduced data: 1 keeps, 0 prunes. It is broadcast over the layer's input, as NumPy does it. */
export type MaskFunction<Config> = (reduced: Tensor, config: Config) => Tensor;

/** How the input of a layer is sparsified; what is left out comes from the sparsifier's defaults. */
export interface LayerOptions<Config extends object = Record<string, unknown>> {
  /** Called with each batch. */
  aggregateFn?: AggregateFunction | undefined;
  /** Called by `step` with what was aggregated. */
  reduceFn?: ReduceFunction | undefined;
  /** Called by `step` with what `reduceFn` gave, and with `sparseConfig`. */
  maskFn?: MaskFunction<Config> | undefined;
  /** Positions along `featureDim` that are sparsified, each with a mask of its own; default: the whole input. */
  features?: readonly number[] | undefined;
  /** The dimension of `features`; from the last one backwards if negative. */
  featureDim?: number | undefined;
  /** What `maskFn` gets as its second argument. A `sparsityLevel` in it is checked to be from 0 to 1. */
  sparseConfig?: Partial<Config> | undefined;
}

/** What the layers have in common; see `LayerOptions`. */
export interface LayerDefaults {
  /** Called with each batch. */
  readonly aggregateFn: AggregateFunction | undefined;
  /** Called by `step` with what was aggregated. */
  readonly reduceFn: ReduceFunction | undefined;
  /** Called by `step` with what `reduceFn` gave. */
  readonly maskFn: MaskFunction<never> | undefined;
  /** Positions along `featureDim`; undefined: the whole input. */
  readonly features: readonly number[] | undefined;
  /** The dimension of `features`. */
  readonly featureDim: number | undefined;
  /** The second argument of `maskFn`. */
  readonly sparseConfig: Readonly<Record<string, unknown>>;
}

/** The configuration of a registered layer, its defaults merged in. */
export interface LayerConfig extends LayerDefaults {
  /** Called with each batch. */
  readonly aggregateFn: AggregateFunction;
  /** Called by `step` with what was aggregated. */
  readonly reduceFn: ReduceFunction;
  /** Called by `step` with what `reduceFn` gave. */
  readonly maskFn: MaskFunction<never>;
}

const functions = ['aggregateFn', 'reduceFn', 'maskFn'] as const;
const optionNames: readonly string[] = [...functions, 'features', 'featureDim', 'sparseConfig'];

/** The defaults with what `options` gives over them; of the sparse configuration, key by key. */
export function mergeOptions<Config extends object>(
  defaults: LayerDefaults | undefined,
  options: LayerOptions<Config>,
): LayerDefaults {
  const unknown = Object.keys(options).find((key) => !optionNames.includes(key));
  if (unknown !== undefined) {
    throw new Error(
      `unknown option ${unknown}; there are ${optionNames.join(', ')}, and what maskFn takes belongs in sparseConfig`,
    );
  }
  const features = options.features ?? defaults?.features;
  return {
    aggregateFn: options.aggregateFn ?? defaults?.aggregateFn,
    reduceFn: options.reduceFn ?? defaults?.reduceFn,
    maskFn: options.maskFn ?? defaults?.maskFn,
    features: features && [...features],
    featureDim: options.featureDim ?? defaults?.featureDim,
    sparseConfig: { ...defaults?.sparseConfig, ...options.sparseConfig },
  };
}

/** @throws Error naming what is missing or makes no sense */
export function checkLayerConfig(config: LayerDefaults): asserts config is LayerConfig {
  for (const name of functions) {
    if (typeof config[name] !== 'function') {
      throw new Error(
        `${name}: expected a function, found ${typeof config[name]}; neither the layer nor the defaults have one`,
      );
    }
  }
  checkFeatures(config);
  const { sparsityLevel: level } = config.sparseConfig;
  if (level !== undefined && !(typeof level === 'number' && level >= 0 && level <= 1)) {
    throw new Error(`sparsityLevel: expected a number from 0 to 1, found ${String(level)}`);
  }
}

function checkFeatures({ features, featureDim }: LayerDefaults): void {
  if (featureDim !== undefined && !Number.isSafeInteger(featureDim)) {
    throw new Error(`featureDim: expected a whole number, found ${String(featureDim)}`);
  }
  if (features === undefined) return;
  if (featureDim === undefined) throw new Error('features are selected along featureDim, which is missing');
  if (features.length === 0) throw new Error('features: expected at least one, found none');
  const wrong = features.find((feature) => !(Number.isSafeInteger(feature) && feature >= 0));
  if (wrong !== undefined) {
    throw new Error(`features: expected whole numbers of at least 0, found ${String(wrong)}`);
  }
}
