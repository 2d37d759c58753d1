import { roundHalfToEven } from './round-half-to-even.js';
import { fromFloat16, toFloat16 } from './float16.js';
import { rangeOf } from './quantized-row-format.js';

const bins = 200;
// The range shrinks to no fewer bins than this: by 16 %.
const minBins = 168;

const { fround } = Math;

/**
 * The range of codes found by PyTorch's greedy search (pytorch/pytorch, aten/src/ATen/native/quantized/QTensor.cpp,
 * `choose_qparams_optimized`, with 200 bins and a ratio of 0.16). Starting from the row's own range, one end is moved
 * inwards by one bin at a time, the end with the smaller loss first. The result is a range from which both further steps
 * are worse and which is better than every earlier one.
 *
 * @param values (dim)
 */
export function greedyRange(values: Float32Array, bits: number): { smallest: number; largest: number } {
  const best = rangeOf(values);
  let { smallest, largest } = best;
  const step = fround(fround(largest - smallest) / bins);
  const leastRange = fround(minBins * step);
  let loss = rootOfSquaredErrors(values, smallest, largest, bits);
  let bestLoss = loss;
  while (fround(smallest + leastRange) < largest) {
    const raised = fround(smallest + step);
    const lowered = fround(largest - step);
    const lossRaised = rootOfSquaredErrors(values, raised, largest, bits);
    const lossLowered = rootOfSquaredErrors(values, smallest, lowered, bits);
    if (loss < lossRaised && loss < lossLowered && loss < bestLoss) {
      bestLoss = loss;
      Object.assign(best, { smallest, largest });
    }
    if (lossRaised < lossLowered) {
      // A step too small for float32 would repeat forever.
      if (raised === smallest) break;
      smallest = raised;
      loss = lossRaised;
    } else {
      if (lowered === largest) break;
      largest = lowered;
      loss = lossLowered;
    }
  }
  return best;
}

/** `calculate_quant_loss` of the same file, also in float32. */
function rootOfSquaredErrors(values: Float32Array, smallest: number, largest: number, bits: number): number {
  const offset = fromFloat16(toFloat16(smallest));
  const range = fround(largest - offset);
  const steps = 2 ** bits - 1;
  const scale = range === 0 ? 1 : fromFloat16(toFloat16(fround(range / steps)));
  const inverseScale = scale === 0 ? 1 : fround(1 / scale);
  let sum = 0;
  for (const value of values) {
    const code = roundHalfToEven(fround(fround(value - offset) * inverseScale));
    const read = fround(fround(Math.max(0, Math.min(steps, code)) * scale) + offset);
    const error = fround(value - read);
    sum = fround(sum + fround(error * error));
  }
  return fround(Math.sqrt(sum));
}
