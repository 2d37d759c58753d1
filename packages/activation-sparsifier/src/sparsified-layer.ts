import { applyMask, checkBroadcast } from './apply-mask.js';
import { selectFeature, writeFeature } from './feature-slices.js';
import type { HookHandle } from './hooked-model.js';
import type { LayerConfig } from './layer-config.js';
import { checkTensor, copyTensor, filled, isSameShape, shapeText, type Tensor } from './tensor.js';

/** What a layer's hook does: aggregate the input, or multiply it by the mask; `none` without a hook. */
export type HookState = 'aggregate' | 'sparsify' | 'none';

/**
 * The state of one registered layer. Aggregate and mask are lists with an entry for each part of the input: one for each
 * feature if the configuration lists features, otherwise one for the whole input.
 */
export class SparsifiedLayer {
  readonly config: LayerConfig;
  hookState: HookState = 'aggregate';
  hook: HookHandle | undefined;
  /** Undefined before the first batch, and after a step until the next one. */
  data: Tensor[] | undefined;
  /** Undefined before the first batch. While `data` is defined, it has the shape of the first batch's parts. */
  mask: Tensor[] | undefined;
  /** The shape of an example in the last batch, as input to the layer. */
  #exampleShape: readonly number[] | undefined;

  constructor(config: LayerConfig) {
    this.config = config;
  }

  /** Adds a batch to the aggregate. */
  aggregate(input: Tensor): void {
    const parts = this.#partsOf(input);
    const { shape } = parts[0]!;
    const firstShape = this.data ? this.mask![0]!.shape : shape;
    const exampleShape = input.shape.slice(1);
    const expected = (this.data && this.#exampleShape) ?? exampleShape;
    if (!isSameShape(exampleShape, expected) || !isSameShape(shape.slice(1), firstShape.slice(1))) {
      throw new Error(
        `a batch ${shapeText(input.shape)} has examples of another shape than earlier batches, ${shapeText(expected)}`,
      );
    }
    const before = this.data ?? parts.map(() => filled(shape, 0));
    const after = parts.map((part, index) => this.#aggregated(before[index]!, part, firstShape));
    if (!this.data) this.mask = parts.map(() => filled(shape, 1));
    this.data = after;
    this.#exampleShape = exampleShape;
  }

  /** The input with the mask applied, as a new tensor. */
  sparsify(input: Tensor): Tensor {
    const { features, featureDim } = this.config;
    if (!features) return applyMask(input, this.mask![0]!);
    const output = copyTensor(input);
    features.forEach((feature, index) => {
      const masked = applyMask(selectFeature(output, featureDim!, feature), this.mask![index]!);
      writeFeature(output, featureDim!, feature, masked.data);
    });
    return output;
  }

  /** The masks that `maskFn` returns for these data. */
  newMasks(data: readonly Tensor[]): Tensor[] {
    const { reduceFn, maskFn, sparseConfig } = this.config;
    return data.map((part) => {
      const reduced: unknown = reduceFn(part);
      checkTensor('reduceFn', reduced);
      const mask: unknown = maskFn(reduced, sparseConfig as never);
      checkTensor('maskFn', mask);
      checkBroadcast(this.mask![0]!.shape, mask.shape);
      return copyTensor(mask);
    });
  }

  #partsOf(input: Tensor): Tensor[] {
    const { features, featureDim } = this.config;
    return features?.map((feature) => selectFeature(input, featureDim!, feature)) ?? [input];
  }

  #aggregated(before: Tensor, part: Tensor, firstShape: readonly number[]): Tensor {
    const { data, shape } = before;
    // With elementwise aggregation, a batch of another size would be truncated, or add NaN.
    const isElementwise = shape[0] !== 1 && isSameShape(shape, firstShape);
    if (isElementwise && !isSameShape(shape, part.shape)) {
      throw new Error(
        `a batch ${shapeText(part.shape)} cannot be added to the aggregate ${shapeText(shape)}; ` +
          'addExamples takes batches of any size',
      );
    }
    const after: unknown = this.config.aggregateFn({ data, shape }, part);
    checkTensor('aggregateFn', after);
    // The model may later overwrite the memory of its input.
    return after.data.buffer === part.data.buffer ? copyTensor(after) : after;
  }
}
