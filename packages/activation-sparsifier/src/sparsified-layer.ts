import { applyMask, checkBroadcast } from './apply-mask.js';
import { selectFeature, writeFeature } from './feature-slices.js';
import type { HookHandle } from './hooked-model.js';
import type { LayerConfig } from './layer-config.js';
import { checkTensor, copyTensor, filled, isSameShape, shapeText, type Tensor } from './tensor.js';

/** What a layer's hook does: aggregate its input, or multiply it by the mask; `none` when it has no hook. */
export type HookState = 'aggregate' | 'sparsify' | 'none';

/**
 * What is kept of one registered layer. Aggregate and mask are lists with an entry for each part of the input: its
 * features where the configuration lists them, else the whole input, which is one part.
 */
export class SparsifiedLayer {
  readonly config: LayerConfig;
  hookState: HookState = 'aggregate';
  hook: HookHandle | undefined;
  /** Undefined before the first batch, and after a step until the next one. */
  data: Tensor[] | undefined;
  /** Undefined before the first batch. While there are data, it has the shape of the first batch's parts. */
  mask: Tensor[] | undefined;
  /** The shape of an example of the last batch, as it entered the layer. */
  #exampleShape: readonly number[] | undefined;

  constructor(config: LayerConfig) {
    this.config = config;
  }

  /** Takes a batch into the aggregate. */
  aggregate(input: Tensor): void {
    const parts = this.#partsOf(input);
    const { shape } = parts[0]!;
    const firstShape = this.data ? this.mask![0]!.shape : shape;
    const exampleShape = input.shape.slice(1);
    const expected = (this.data && this.#exampleShape) ?? exampleShape;
    if (!isSameShape(exampleShape, expected) || !isSameShape(shape.slice(1), firstShape.slice(1))) {
      throw new Error(
        `a batch ${shapeText(input.shape)} has other examples than the batches before it, ${shapeText(expected)}`,
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

  /** The masks that `maskFn` gives for these data. */
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
    // Where values are aggregated each in its place, a batch of another size would be cut off, or add NaN.
    const isByValue = shape[0] !== 1 && isSameShape(shape, firstShape);
    if (isByValue && !isSameShape(shape, part.shape)) {
      throw new Error(
        `a batch ${shapeText(part.shape)} does not go with what was aggregated, ${shapeText(shape)}; ` +
          'addExamples takes batches of any size',
      );
    }
    const after: unknown = this.config.aggregateFn({ data, shape }, part);
    checkTensor('aggregateFn', after);
    // The model may write to its input's memory afterwards.
    return after.data.buffer === part.data.buffer ? copyTensor(after) : after;
  }
}
