import type { Tensor } from '@ds/activation-sparsifier';
import { IdentityModel } from './identity-model.js';

/** The network of PyTorch's test, smaller: its layers by its names, on images of (1, 16, 16). */
export class ConvolutionalModel extends IdentityModel {
  readonly #random = sequence(1);
  readonly #conv1 = this.#weights([4, 1, 3, 3]);
  readonly #conv2 = this.#weights([8, 4, 3, 3]);
  readonly #linear1 = this.#weights([32, 288]);
  readonly #linear2 = this.#weights([10, 32]);

  constructor() {
    super(['conv1', 'conv2', 'identity1', 'max_pool1', 'linear1', 'identity2', 'linear2']);
  }

  /** @param images (n, 1, 16, 16) */
  classify(images: Tensor): Tensor {
    let out = convolve(this.enter('conv1', images), this.#conv1);
    out = convolve(this.enter('conv2', out), this.#conv2);
    out = this.enter('identity1', out);
    out = maxPool(this.enter('max_pool1', out));
    out = { data: out.data, shape: [images.shape[0]!, 288] };
    out = linear(this.enter('linear1', out), this.#linear1);
    out = this.enter('identity2', out);
    out = { data: out.data.map((value) => Math.max(value, 0)), shape: out.shape };
    return linear(this.enter('linear2', out), this.#linear2);
  }

  #weights(shape: readonly number[]): Tensor {
    return randomTensor(this.#random, shape);
  }
}

/** Values from -1 to 1. */
export function randomTensor(random: () => number, shape: readonly number[]): Tensor {
  const length = shape.reduce((product, size) => product * size, 1);
  return { data: Float32Array.from({ length }, random), shape };
}

/** A sequence of numbers from -1 to 1 (a linear congruential generator, Numerical Recipes). */
export function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

function convolve({ data, shape }: Tensor, weight: Tensor): Tensor {
  const [n, channels, height, width] = shape as [number, number, number, number];
  const [outputs] = weight.shape as [number];
  const [outHeight, outWidth] = [height - 2, width - 2];
  const out = new Float32Array(n * outputs * outHeight * outWidth);
  let next = 0;
  for (let example = 0; example < n; example++) {
    for (let output = 0; output < outputs; output++) {
      for (let y = 0; y < outHeight; y++) {
        for (let x = 0; x < outWidth; x++, next++) {
          for (let channel = 0; channel < channels; channel++) {
            for (let tap = 0; tap < 9; tap++) {
              const [dy, dx] = [Math.floor(tap / 3), tap % 3];
              const from = ((example * channels + channel) * height + y + dy) * width + x + dx;
              out[next]! += data[from]! * weight.data[(output * channels + channel) * 9 + tap]!;
            }
          }
        }
      }
    }
  }
  return { data: out, shape: [n, outputs, outHeight, outWidth] };
}

/** Of squares of 2 by 2. */
function maxPool({ data, shape }: Tensor): Tensor {
  const [n, channels, height, width] = shape as [number, number, number, number];
  const out = new Float32Array((n * channels * height * width) / 4);
  for (let at = 0; at < out.length; at++) {
    const row = Math.floor(at / (width / 2));
    const from = 2 * row * width + 2 * (at % (width / 2));
    out[at] = Math.max(data[from]!, data[from + 1]!, data[from + width]!, data[from + width + 1]!);
  }
  return { data: out, shape: [n, channels, height / 2, width / 2] };
}

function linear({ data, shape }: Tensor, weight: Tensor): Tensor {
  const [n, inputs] = shape as [number, number];
  const [outputs] = weight.shape as [number];
  const out = new Float32Array(n * outputs);
  for (let at = 0; at < out.length; at++) {
    const [example, output] = [Math.floor(at / outputs), at % outputs];
    for (let input = 0; input < inputs; input++) {
      out[at]! += data[example * inputs + input]! * weight.data[output * inputs + input]!;
    }
  }
  return { data: out, shape: [n, outputs] };
}
