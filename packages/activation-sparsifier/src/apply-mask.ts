import { shapeText, type Tensor } from './tensor.js';

/**
 * The input times the mask, as a new tensor of the input's shape. Where the mask is 0 the result is +0, whatever the
 * value was.
 *
 * @param mask Broadcast as in NumPy: dimensions are aligned at the last one, and each is the input's, or 1.
 * @throws Error if the mask cannot be broadcast to the input's shape
 */
export function applyMask(input: Tensor, mask: Tensor): Tensor {
  checkBroadcast(input.shape, mask.shape);
  const data = new Float32Array(input.data.length);
  const steps = maskSteps(input.shape, mask.shape);
  const width = input.shape.at(-1) ?? 1;
  const stepInRow = steps.at(-1) ?? 0;
  const position = new Int32Array(Math.max(0, input.shape.length - 1));
  for (let row = 0, place = 0; row < data.length; row += width) {
    for (let at = row, from = place; at < row + width; at++, from += stepInRow) {
      const factor = mask.data[from]!;
      if (factor !== 0) data[at] = input.data[at]! * factor;
    }
    // Advance to the next row, from the last dimension before it backwards.
    for (let dim = position.length - 1; dim >= 0; dim--) {
      place += steps[dim]!;
      if (++position[dim]! < input.shape[dim]!) break;
      place -= steps[dim]! * input.shape[dim]!;
      position[dim] = 0;
    }
  }
  return { data, shape: [...input.shape] };
}

/** @throws Error if a mask of this shape cannot be broadcast to the input's shape */
export function checkBroadcast(input: readonly number[], mask: readonly number[]): void {
  const aligned = input.slice(Math.max(0, input.length - mask.length));
  const fits =
    aligned.length === mask.length && mask.every((size, dim) => size === 1 || size === aligned[dim]);
  if (!fits) {
    throw new Error(`a mask ${shapeText(mask)} does not fit the input ${shapeText(input)}`);
  }
}

/** The stride in the mask for each of the input's dimensions. */
function maskSteps(input: readonly number[], mask: readonly number[]): number[] {
  const steps = new Array<number>(input.length).fill(0);
  let step = 1;
  for (let dim = mask.length - 1, of = input.length - 1; dim >= 0; dim--, of--) {
    if (mask[dim] !== 1) steps[of] = step;
    step *= mask[dim]!;
  }
  return steps;
}
