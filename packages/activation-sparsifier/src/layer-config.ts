import type { Tensor } from './tensor.js';

/** Adds a batch to the aggregate of the batches before it, which is at first zeros in the shape of the input. */
export type AggregateFunction = (aggregated: Tensor, input: Tensor) => Tensor;

/** Reduces the aggregate to the input of the mask function, usually without the dimension of the examples. */
export type ReduceFunction = (aggregated: Tensor) => Tensor;

/** Computes the mask for reduced data: 1 keeps, 0 prunes. It is broadcast over the layer's input as in NumPy. */
export type MaskFunction<Config> = (reduced: Tensor, config: Config) => Tensor;

/** How the input of a layer is sparsified; missing options come from the sparsifier's defaults. */
export interface LayerOptions<Config extends object = Record<string, unknown>> {
  /** Called with each batch. */
  aggregateFn?: AggregateFunction | undefined;
  /** Called by `step` with the aggregate. */
  reduceFn?: ReduceFunction | undefined;
  /** Called by `step` with the result of `reduceFn` and with `sparseConfig`. */
  maskFn?: MaskFunction<Config> | undefined;
  /** Positions along `featureDim` to sparsify, each with its own mask; default: the whole input. */
  features?: readonly number[] | undefined;
  /** The dimension of `features`, counted from the last one if negative. */
  featureDim?: number | undefined;
  /** The second argument of `maskFn`. A `sparsityLevel` in it must be from 0 to 1. */
  sparseConfig?: Partial<Config> | undefined;
}

/** The defaults of all layers; see `LayerOptions`. */
export interface LayerDefaults {
  /** Called with each batch. */
  readonly aggregateFn: AggregateFunction | undefined;
  /** Called by `step` with the aggregate. */
  readonly reduceFn: ReduceFunction | undefined;
  /** Called by `step` with the result of `reduceFn`. */
  readonly maskFn: MaskFunction<never> | undefined;
  /** Positions along `featureDim`; undefined: the whole input. */
  readonly features: readonly number[] | undefined;
  /** The dimension of `features`. */
  readonly featureDim: number | undefined;
  /** The second argument of `maskFn`. */
  readonly sparseConfig: Readonly<Record<string, unknown>>;
}

/** The configuration of a registered layer, including the defaults. */
export interface LayerConfig extends LayerDefaults {
  /** Called with each batch. */
  readonly aggregateFn: AggregateFunction;
  /** Called by `step` with the aggregate. */
  readonly reduceFn: ReduceFunction;
  /** Called by `step` with the result of `reduceFn`. */
  readonly maskFn: MaskFunction<never>;
}

const functions = ['aggregateFn', 'reduceFn', 'maskFn'] as const;
const optionNames: readonly string[] = [...functions, 'features', 'featureDim', 'sparseConfig'];

/** The defaults overridden by `options`; the sparse configuration is merged key by key. */
export function mergeOptions<Config extends object>(
  defaults: LayerDefaults | undefined,
  options: LayerOptions<Config>,
): LayerDefaults {
  const unknown = Object.keys(options).find((key) => !optionNames.includes(key));
  if (unknown !== undefined) {
    throw new Error(
      `unknown option ${unknown}; expected one of ${optionNames.join(', ')}; options of maskFn belong in sparseConfig`,
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

/** @throws Error naming a missing or invalid option */
export function checkLayerConfig(config: LayerDefaults): asserts config is LayerConfig {
  for (const name of functions) {
    if (typeof config[name] !== 'function') {
      throw new Error(
        `${name}: expected a function, found ${typeof config[name]}; set it for the layer or in the defaults`,
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
